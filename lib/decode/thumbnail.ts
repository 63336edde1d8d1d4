import type { Pixels } from "./codec.ts";

/** A frame in grey at 1/8 of its size, small enough to compare with the next one. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, 0 is black; row by row, from the top left. */
  readonly grey: Uint8Array<ArrayBuffer>;
}

/** The thumbnail of a frame decoded to 1/8: its brightness, pixel by pixel. */
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
 * The thumbnail of a frame decoded in full. Each pixel is the mean of a quarter of the pixels in a
 * block of 8x8, which is close to the mean of all.
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
const BYTES = [1, 3, 4, 4] as const;

/** ITU-R BT.601, in 256ths. It is close enough for CMYK, which JPEGs store inverted. */
function luma(red: number, green: number, blue: number): number {
  return (77 * red + 150 * green + 29 * blue) >> 8;
}
