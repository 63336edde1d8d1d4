import { completeFrame } from "../frame/complete_frame.ts";
import { wasRepaired } from "../frame/exif_block.js";
import type { FrameMeta } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { JpegError } from "../frame/jpeg.ts";
import { type Orientation, orientationOf } from "../frame/orientation.ts";
import { Codec, judge, type Pixels, type Scale } from "./codec.ts";
import type { Libjpeg } from "./libjpeg.ts";

/** A decoded JPEG. */
export interface Decoding extends Pixels {
  /** The JPEG's own width and height. */
  readonly size: readonly [width: number, height: number];
  /** Its Exif's orientation. */
  readonly orientation: Orientation;
  /** Whether there is a pixel for each of the JPEG's, or one for each block of 8x8. */
  readonly scale: Scale;
  /** Whether imagescript's decoder refused it, or it was repaired before. */
  readonly isDamaged: boolean;
  /** The JPEG as every decoder accepts it, if it had to be completed first. */
  readonly completed: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Decodes what browsers show. imagescript's codec is tried first, which suffices for good JPEGs. A
 * JPEG that it refuses is completed, unless it is complete, and tried again. Then libjpeg decides.
 */
export class TolerantCodec {
  readonly #codec: Codec;
  #libjpeg: Promise<Libjpeg> | undefined;

  private constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** Loads a codec; libjpeg is loaded when it is first needed. */
  static async load(): Promise<TolerantCodec> {
    return new TolerantCodec(await Codec.load());
  }

  /**
   * Decodes, as {@linkcode Codec} does; libjpeg ignores `scale`, and decodes in full.
   *
   * @throws {JpegError} when libjpeg refuses the JPEG as well, or it is too much to decode.
   */
  async decode(bytes: Uint8Array, scale: Scale, meta: FrameMeta): Promise<Decoding> {
    try {
      const pixels = this.#codec.decode(bytes, scale);
      const orientation = orientationOf(bytes);
      const isDamaged = wasRepaired(bytes);
      return { ...pixels, scale, orientation, isDamaged, completed: undefined };
    } catch (error) {
      if (!(error instanceof JpegError) || error.code === "too large") throw error;
      return await this.#decodeDamaged(bytes, scale, meta, error);
    }
  }

  async #decodeDamaged(
    bytes: Uint8Array,
    scale: Scale,
    meta: FrameMeta,
    refusal: JpegError,
  ): Promise<Decoding> {
    const completed = complete(bytes, meta);
    const rest = { orientation: orientationOf(completed ?? bytes), isDamaged: true, completed };
    if (completed) {
      try {
        return { ...this.#codec.decode(completed, scale), scale, ...rest };
      } catch (error) {
        if (!(error instanceof JpegError) || error.code === "too large") throw error;
      }
    } else if (refusal.code !== "broken data") throw refusal;
    const judged = judge(completed ?? bytes);
    this.#libjpeg ??= import("./libjpeg.ts").then(({ Libjpeg }) => new Libjpeg());
    const pixels = (await this.#libjpeg).decode(completed ?? bytes, judged, scale);
    return { ...pixels, size: judged.size, scale: "full", ...rest };
  }
}

/** Width and height of the picture, turned as its Exif says. */
export function uprightSize({ size: [width, height], orientation }: Decoding): [number, number] {
  return orientation >= 5 ? [height, width] : [width, height];
}

/** The completed JPEG; undefined if it was complete. @throws {JpegError} when its header is torn. */
function complete(bytes: Uint8Array, meta: FrameMeta): Uint8Array<ArrayBuffer> | undefined {
  const { bytes: whole } = completeFrame(FrameMemory.copyOf(bytes), meta);
  const isSame = whole.length === bytes.length && whole.every((byte, i) => byte === bytes[i]);
  return isSame ? undefined : whole;
}
