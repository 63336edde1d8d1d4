/**
 * imagescript's JPEG codec, with types.
 *
 * `Image.decode` of the same package copies pixel by pixel in JavaScript; the codec under it is
 * three times as fast, and decodes to a fraction of the size where that is enough.
 *
 * @module
 */

import jpeg from "imagescript/jpeg";

/** A decoded picture. */
export interface Pixels {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** 0: grey, 1 byte a pixel; 1: RGB, 3 bytes; 2: CMYK, 4 bytes. */
  readonly format: 0 | 1 | 2;
  /** Row by row, from the top left. */
  readonly buffer: Uint8Array<ArrayBuffer>;
}

/** Decodes JPEGs. */
export interface Codec {
  /**
   * Decodes in full, or, with a width and a height, to the smallest of 1/1, 1/2, 1/4 and 1/8 that
   * is not smaller than those.
   *
   * @throws {Error} for what is no whole JPEG.
   */
  decode(bytes: Uint8Array, width?: number, height?: number): Pixels;
}

/** Loads the codec; each call gives one with memory of its own. */
export async function loadCodec(): Promise<Codec> {
  return await jpeg.init();
}
