import type { Frame } from "../frame/frame.ts";
import type { DecodeMode } from "./stage.ts";
import type { Thumbnail } from "./thumbnail.ts";

/** The outcome of decoding a frame, and what the frame shows. */
export interface Outcome {
  /** The size of the frame that is passed on, in pixels, if known. */
  readonly size?: readonly [width: number, height: number];
  /** The incoming frame as a thumbnail, if it was decoded. */
  readonly thumbnail?: Thumbnail;
  /** How long decoding took, in milliseconds. */
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
  /** Finds, before frames come, an error that would affect each; undefined without one. */
  prepare?(): Promise<string | undefined>;
  /** Waits until it can take another frame. Disposing of the turn ends it. */
  turn(): Promise<Disposable>;
  /**
   * Decodes a frame; the caller stays its holder. A {@linkcode JpegError} or
   * {@linkcode WorkerError} refuses the frame; any other error is unexpected.
   *
   * @param camera the camera's number, if several share the decoder.
   */
  decode(frame: Frame, camera?: number): Promise<Decoded>;
}
