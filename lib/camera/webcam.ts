/**
 * A webcam and what it offers, whatever the operating system.
 *
 * @module
 */

/** A webcam. */
export interface Webcam {
  /** How ffmpeg opens it: `/dev/video0`, `0`, `video=HD Webcam`. */
  readonly path: string;
  /** What a person calls it. */
  readonly name: string;
}

/** One way in which a webcam gives pictures. */
export interface Mode {
  /** The format's name, as ffmpeg calls it: `mjpeg`, `yuyv422`. */
  readonly format: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Set where every smaller size can be had as well. */
  readonly anySize?: true;
  /** Pictures a second, highest first; empty where the webcam does not tell. */
  readonly rates: readonly number[];
  /** Set where every lower rate can be had as well. */
  readonly anyRate?: true;
}

/** How an operating system's webcams are found and opened. */
export interface WebcamDriver {
  /** All webcams there are; a device listed need not give pictures. */
  list(signal?: AbortSignal): Promise<Webcam[]>;
  /** What a webcam offers that ffmpeg can read; nothing, where that cannot be found out. */
  modes(webcam: Webcam, signal?: AbortSignal): Promise<Mode[]>;
  /** ffmpeg's arguments that open a webcam in a mode; `rate` in pictures a second. */
  open(webcam: Webcam, mode: Mode | undefined, rate: number): string[];
}

/** The format that webcams compress to by themselves. */
export const MJPEG = "mjpeg";

/**
 * The modes that can be asked for, with the highest rate first: some drivers list sizes of nothing,
 * and rates of nothing.
 */
export function usable(modes: readonly Mode[]): Mode[] {
  return modes
    .filter(({ width, height }) =>
      [width, height].every((side) => Number.isSafeInteger(side) && side > 0)
    )
    .map((mode) => ({
      ...mode,
      // Filtered first: what is no number upsets the order of the others.
      rates: mode.rates.filter((rate) => Number.isFinite(rate) && rate > 0).sort((a, b) => b - a),
    }));
}
