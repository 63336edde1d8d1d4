/**
 * imagescript's JPEG codec, made fit for pictures from strangers.
 *
 * `Image.decode` of the same package copies pixel by pixel in JavaScript; the codec under it is
 * three times as fast, and decodes to an eighth of the size where that is enough.
 *
 * @module
 */

import jpeg from "imagescript/jpeg";
import { JpegError, jpegSize } from "../frame/jpeg.ts";

/** The most pixels a picture may announce: what more would take is never allocated. */
export const MAX_PIXELS = 64_000_000;
/**
 * The most pixels that one byte can hold: a JPEG spends at least a bit on each square of 8x8. The
 * decoder itself goes on where the data has ended, for seconds if the size that is announced is
 * large.
 */
export const MAX_PIXELS_PER_BYTE = 512;
/** A picture of more pixels than this has its memory given back once it is decoded. */
export const KEPT_PIXELS = 16_000_000;

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

/** One instance of the WebAssembly module, with memory of its own. */
interface Instance {
  decode(bytes: Uint8Array, width?: number, height?: number): Pixels;
}

/** Decodes JPEGs. */
export class Codec {
  #instance: Instance;

  private constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** Loads the codec; each call gives one with memory of its own. */
  static async load(): Promise<Codec> {
    return new Codec(await jpeg.init());
  }

  /**
   * Decodes in full, or to an eighth of the width and the height, which reads the whole bit stream
   * as well and skips most of the arithmetic.
   *
   * @throws {JpegError} for what is no whole JPEG, or one of too many pixels.
   */
  decode(bytes: Uint8Array, scale: "full" | "eighth"): Pixels & { size: [number, number] } {
    const { width, height } = jpegSize(bytes);
    if (width * height > MAX_PIXELS) {
      throw new JpegError(
        "too large",
        `it is ${width}x${height} pixels; ${MAX_PIXELS} in all are the most`,
      );
    }
    if (width * height > bytes.length * MAX_PIXELS_PER_BYTE) {
      const words = `it is ${bytes.length} bytes, too few for ${width}x${height} pixels`;
      throw new JpegError("too large", words);
    }
    const divisor = scale === "full" ? 1 : 8;
    let keep = width * height <= KEPT_PIXELS;
    try {
      const pixels = this.#instance.decode(
        bytes,
        Math.ceil(width / divisor),
        Math.ceil(height / divisor),
      );
      return { ...pixels, size: [width, height] };
    } catch (error) {
      // Some damage makes the decoder stop half way: what it has allocated is lost, and nobody
      // knows in what state it is.
      if (error instanceof WebAssembly.RuntimeError) keep = false;
      throw new JpegError("broken data", "it does not decode", { cause: error });
    } finally {
      // WebAssembly's memory never shrinks; a new instance takes some 50 µs.
      if (!keep) this.#instance = jpeg.new();
    }
  }
}
