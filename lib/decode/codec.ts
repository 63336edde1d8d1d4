import jpeg from "imagescript/jpeg";
import { JpegError, jpegSize } from "../frame/jpeg.ts";
import { InterruptError, interruptible } from "./interrupt.ts";
import { blockVisits } from "./work.ts";

/** The most pixels that a JPEG may announce; memory for more is never allocated. */
export const MAX_PIXELS = 64_000_000;
/**
 * The most pixels that one byte can hold: a JPEG spends at least one bit on each block of 8x8.
 * Without this, the decoder continues behind the end of the data, for seconds if the announced size
 * is large.
 */
export const MAX_PIXELS_PER_BYTE = 512;
/** The most pixels for which the codec keeps memory; after a larger JPEG, it frees its memory. */
export const KEPT_PIXELS = 16_000_000;
/** How long decoding may take, in milliseconds. */
export const DECODE_MS = { eighth: 1500, full: 4000 } as const;
/** With fewer visits of blocks than this, decoding is quick, and the time is not limited. */
const QUICK_VISITS = 1_000_000;

/** A decoded JPEG. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 0: grey, 1 byte a pixel; 1: RGB, 3 bytes; 2: CMYK, 4 bytes; 3: RGBA, 4 bytes. */
  readonly format: 0 | 1 | 2 | 3;
  /** Row by row, from the top left. */
  readonly buffer: Uint8Array<ArrayBuffer>;
}

/** How much of a JPEG to decode: each pixel, or one for each block of 8x8. */
export type Scale = keyof typeof DECODE_MS;

/** The JPEG's own width and height, and how many visits of blocks decoding takes. */
export interface Judged {
  readonly size: readonly [width: number, height: number];
  readonly visits: number;
}

/** One instance of the WebAssembly module, with its own memory. */
interface Instance {
  decode(bytes: Uint8Array, width?: number, height?: number): Pixels;
}

/**
 * imagescript's JPEG codec, made safe for JPEGs from strangers.
 *
 * `Image.decode` of the same package copies pixel by pixel in JavaScript. The codec below it is
 * three times as fast, and can decode to 1/8 of the size.
 */
export class Codec {
  #instance: Instance;

  private constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** Loads a codec with its own memory. */
  static async load(): Promise<Codec> {
    return new Codec(await jpeg.init());
  }

  /**
   * Decodes in full, or to 1/8 of width and height, which also reads the whole bit stream but skips
   * most of the arithmetic. `size` is the JPEG's own width and height in both cases.
   *
   * @throws {JpegError} when the bytes are not one whole JPEG, or it is too much to decode.
   */
  decode(bytes: Uint8Array, scale: Scale): Pixels & Pick<Judged, "size"> {
    const judged = judge(bytes);
    const [width, height] = judged.size;
    const divisor = scale === "full" ? 1 : 8;
    let keep = width * height <= KEPT_PIXELS;
    try {
      const pixels = bounded(
        judged,
        scale,
        () => this.#instance.decode(bytes, Math.ceil(width / divisor), Math.ceil(height / divisor)),
      );
      return { ...pixels, size: judged.size };
    } catch (error) {
      // Some damage stops the decoder halfway, in an unknown state, with memory allocated.
      if (error instanceof WebAssembly.RuntimeError || error instanceof JpegError) keep = false;
      if (error instanceof JpegError) throw error;
      throw new JpegError("broken data", "it does not decode", { cause: error });
    } finally {
      // WebAssembly memory never shrinks, and a new instance takes only 50 µs.
      if (!keep) this.#instance = jpeg.new();
    }
  }
}

/**
 * The work of decoding a JPEG, according to its header and markers.
 *
 * @throws {JpegError} when it is too much, or decoders might disagree about the JPEG.
 */
export function judge(bytes: Uint8Array): Judged {
  const { width, height } = jpegSize(bytes);
  if (width * height > MAX_PIXELS) {
    const words = `it has ${width}x${height} pixels, and the limit is ${MAX_PIXELS}`;
    throw new JpegError("too large", words);
  }
  if (width * height > bytes.length * MAX_PIXELS_PER_BYTE) {
    const words = `it has ${bytes.length} bytes, too few for ${width}x${height} pixels`;
    throw new JpegError("too large", words);
  }
  return { size: [width, height], visits: blockVisits(bytes, width, height) };
}

/**
 * Decodes within the time limit.
 *
 * @throws {JpegError} when it takes longer.
 */
export function bounded<T>({ visits }: Judged, scale: Scale, decode: () => T): T {
  if (visits < QUICK_VISITS) return decode();
  try {
    return interruptible(decode, DECODE_MS[scale]);
  } catch (error) {
    if (!(error instanceof InterruptError)) throw error;
    throw new JpegError("too large", `${error.message} to decode`);
  }
}
