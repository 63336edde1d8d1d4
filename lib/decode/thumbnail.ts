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

/**
 * The thumbnail of a picture.
 *
 * @param pixels the picture, decoded to an eighth or in full.
 * @param step 1 for an eighth; 8 in full, where a quarter of the pixels of each square is looked at.
 */
export function thumbnailOf({ width, height, format, buffer }: Pixels, step: 1 | 8): Thumbnail {
  const small = { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  const grey = new Uint8Array(small.width * small.height);
  const bytes = ([1, 3, 4] as const)[format];
  const apart = step === 1 ? 1 : 2;
  for (let y = 0, to = 0; y < height; y += step) {
    const bottom = Math.min(y + step, height);
    for (let x = 0; x < width; x += step) {
      const right = Math.min(x + step, width);
      let sum = 0;
      let count = 0;
      for (let v = y; v < bottom; v += apart) {
        for (let u = x; u < right; u += apart, count++) {
          const at = (v * width + u) * bytes;
          sum += format === 0 ? buffer[at] : luma(buffer[at], buffer[at + 1], buffer[at + 2]);
        }
      }
      grey[to++] = sum / count;
    }
  }
  return { ...small, grey };
}

/** ITU-R BT.601, in 256ths. For CMYK, whose inks come inverted in JPEGs, it is near enough. */
function luma(red: number, green: number, blue: number): number {
  return (77 * red + 150 * green + 29 * blue) >> 8;
}
