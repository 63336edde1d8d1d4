/**
 * A picture in grey at an eighth of its size: small enough to be compared with the next one.
 *
 * @module
 */

import type { Pixels } from "./codec.ts";

/** The brightness of a picture, row by row, from the top left. */
export interface Thumbnail {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** One byte a pixel, 0 is black. */
  readonly grey: Uint8Array<ArrayBuffer>;
}

/** The thumbnail of a picture that was decoded to an eighth: its brightness, pixel by pixel. */
export function thumbnailOfEighth({ width, height, format, buffer }: Pixels): Thumbnail {
  if (format === 0) return { width, height, grey: buffer };
  const step = BYTES[format];
  const grey = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += step) {
    grey[i] = luma(buffer[at], buffer[at + 1], buffer[at + 2]);
  }
  return { width, height, grey };
}

/**
 * The thumbnail of a picture that was decoded in full: of each square of 8x8 the mean of a quarter
 * of its pixels, which is near enough to all of them.
 */
export function thumbnailOfFull({ width, height, format, buffer }: Pixels): Thumbnail {
  const small = { width: Math.ceil(width / 8), height: Math.ceil(height / 8) };
  const grey = new Uint8Array(small.width * small.height);
  const step = BYTES[format];
  for (let y = 0, to = 0; y < height; y += 8) {
    const bottom = Math.min(y + 8, height);
    for (let x = 0; x < width; x += 8) {
      const right = Math.min(x + 8, width);
      let sum = 0;
      let count = 0;
      for (let v = y; v < bottom; v += 2) {
        for (let u = x; u < right; u += 2, count++) {
          const at = (v * width + u) * step;
          sum += format === 0 ? buffer[at] : luma(buffer[at], buffer[at + 1], buffer[at + 2]);
        }
      }
      grey[to++] = sum / count;
    }
  }
  return { ...small, grey };
}

/** Bytes a pixel, by format. */
const BYTES = [1, 3, 4] as const;

/** ITU-R BT.601, in 256ths. For CMYK, whose inks come inverted in JPEGs, it is near enough. */
function luma(red: number, green: number, blue: number): number {
  return (77 * red + 150 * green + 29 * blue) >> 8;
}
