/** What a way of decoding does with one frame. */

import type { Frame } from "../frame/frame.ts";
import type { DecodeMode } from "./stage.ts";
import type { Thumbnail } from "./thumbnail.ts";

/** The result for one frame: what goes on, or why nothing does. */
export type Decoded =
  | {
    /** The frame that came in, or a new one without other holders. */
    readonly frame: Frame;
    /** Its size in pixels, as far as it is known. */
    readonly size?: readonly [width: number, height: number];
    /** What it looks like, if it was decoded. */
    readonly thumbnail?: Thumbnail;
    /** How long that took, in milliseconds. */
    readonly ms?: number;
    /** Why the transform failed. */
    readonly problem?: string;
  }
  | { readonly refused: string };

/** A way of decoding. */
export interface Decoder extends Disposable {
  readonly mode: DecodeMode;
  /** Waits until it can take another frame. */
  free(): Promise<void>;
  /** Decodes a frame, which stays the caller's. A {@linkcode WorkerError} refuses the frame. */
  decode(frame: Frame): Promise<Decoded>;
}
