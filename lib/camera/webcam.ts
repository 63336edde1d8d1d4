import type { Control } from "../flow/controls.ts";

/** A webcam. */
export interface Webcam {
  /** How ffmpeg opens it: `/dev/video0` on Linux, `0` on macOS, `video=HD Webcam` on Windows. */
  readonly path: string;
  /** Its name for people, such as `HD Webcam`. */
  readonly name: string;
  /**
   * Its port: it distinguishes two webcams of one name, and is the same after a replug into the
   * same port. Undefined if unknown, as on macOS and Windows.
   */
  readonly port?: string;
  /** The position of this device among those of its port, from 0: a webcam may have several. */
  readonly position?: number;
  /** A link to it by its port, below `/dev/v4l/by-path/`; Linux only, with all permissions. */
  readonly byPath?: string;
  /**
   * A link to it by model and serial number, below `/dev/v4l/by-id/`, if no other webcam has the
   * same.
   */
  readonly byId?: string;
}

/** A format and size of a webcam's frames, with its rates. */
export interface Mode {
  /** ffmpeg's name of the format: `mjpeg`, `yuyv422`. */
  readonly format: string;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Set if every smaller size works, too. */
  readonly anySize?: true;
  /** In frames a second, highest first; empty if the webcam does not say. */
  readonly rates: readonly number[];
  /** Set if every lower rate works, too. */
  readonly anyRate?: true;
}

/** How an operating system adjusts webcams. */
export interface WebcamControls {
  /** A webcam's controls. @throws {ControlError} when they cannot be read. */
  list(webcam: Webcam, signal?: AbortSignal): Promise<Control[]>;
  /** Sets one. @throws {ControlError} when the webcam refuses. */
  set(webcam: Webcam, name: string, value: number, signal?: AbortSignal): Promise<void>;
}

/** How an operating system finds and opens webcams. */
export interface WebcamDriver {
  /** All webcams; some of these devices may give no frames. */
  list(signal?: AbortSignal): Promise<Webcam[]>;
  /** The target of a link, if the program may not read the link itself. */
  follow?(path: string, signal?: AbortSignal): Promise<Webcam>;
  /** The modes that ffmpeg can read; none if they are unknown. */
  modes(webcam: Webcam, signal?: AbortSignal): Promise<Mode[]>;
  /** ffmpeg's arguments that open a webcam in a mode; `rate` in frames a second. */
  open(webcam: Webcam, mode: Mode | undefined, rate: number): string[];
  /** Adjusts webcams, where that is possible. */
  readonly controls?: WebcamControls;
}

/** The format of webcams that make JPEGs themselves. */
export const MJPEG = "mjpeg";

/**
 * Keeps the modes that can be opened, and each rate once, highest first: some drivers list empty
 * sizes and rates.
 */
export function usable(modes: readonly Mode[]): Mode[] {
  return modes
    .filter(({ width, height }) =>
      [width, height].every((side) => Number.isSafeInteger(side) && side > 0)
    )
    .map((mode) => ({
      ...mode,
      // Filter before sorting, because NaN upsets the order of the others.
      rates: [...new Set(mode.rates)]
        .filter((rate) => Number.isFinite(rate) && rate > 0).sort((a, b) => b - a),
    }));
}

/** Parses a size: `640x480`. */
export function parseSize(text: string): { width: number; height: number } {
  const [width, height] = text.split("x").map(Number);
  return { width, height };
}
