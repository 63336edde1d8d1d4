/**
 * Which of a camera's modes to take.
 *
 * @module
 */

import type { Format } from "./v4l2.ts";

/** What is wanted of the camera. */
export interface Wanted {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Pictures a second. */
  readonly fps: number;
}

/** The mode that was taken. */
export interface Mode {
  /** The format's name, as ffmpeg calls it. */
  readonly format: string;
  /** Whether the camera's own JPEGs are passed on as they are. */
  readonly copied: boolean;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/**
 * The mode nearest to what is wanted: JPEGs of the camera's own making if there are any, since they
 * cost nothing to pass on and USB carries more of them, else the first raw format.
 */
export function chooseMode(formats: readonly Format[], wanted: Wanted): Mode | undefined {
  const format = formats.find(({ name }) => name === "mjpeg") ??
    formats.find(({ compressed }) => !compressed);
  if (!format) return undefined;
  const size = nearestSize(format, wanted);
  return { format: format.name, copied: format.compressed, ...size };
}

/** The largest size that fits into the wanted one, or the smallest there is. */
function nearestSize({ sizes }: Format, { width, height }: Wanted) {
  const area = (size: { width: number; height: number }) => size.width * size.height;
  const sorted = sizes.toSorted((a, b) => area(b) - area(a));
  const fitting = sorted.find((size) => size.width <= width && size.height <= height);
  return fitting ?? sorted.at(-1) ?? { width, height };
}
