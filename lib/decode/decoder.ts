import type { Frame } from "../frame/frame.ts";
import type { DecodeMode } from "./stage.ts";
import type { Thumbnail } from "./thumbnail.ts";

/** What a frame shows, and how decoding it went. */
export interface Outcome {
  /** Of the frame that goes on, in pixels, as far as it is known. */
  readonly size?: readonly [width: number, height: number];
  /** What the frame looked like as it came, if it was decoded. */
  readonly thumbnail?: Thumbnail;
  /** How long that took, in milliseconds. */
  readonly ms?: number;
  /** Whether it decodes only with damage, or with repairs. */
  readonly isDamaged?: boolean;
  /** Why the transform failed. */
  readonly problem?: string;
}

/** The result for one frame. */
export interface Decoded extends Outcome {
  /** The frame that came in, or a new one without other holders. */
  readonly frame: Frame;
}

/** A way of decoding. */
export interface Decoder extends Disposable {
  readonly mode: DecodeMode;
  /** Finds, before there are frames, what would fail with each; undefined if nothing would. */
  prepare?(): Promise<string | undefined>;
  /** Waits until it can take another frame. The turn is over when it is disposed of. */
  turn(): Promise<Disposable>;
  /**
   * Decodes a frame, which stays the caller's. A {@linkcode JpegError} or {@linkcode WorkerError}
   * refuses the frame; any other error is unexpected.
   *
   * @param camera which camera's frame it is, where several share the decoder: a small number.
   */
  decode(frame: Frame, camera?: number): Promise<Decoded>;
}
