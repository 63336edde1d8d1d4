/** What flows from the camera to the viewers: a JPEG with its capture time. */

import type { FrameMemory } from "./frame_memory.ts";

/** The largest frame that a camera or the wire may give, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Which frame it is, and from when. */
export interface FrameMeta {
  /** The frame's number: it grows with each frame, and starts again with the server. */
  readonly sequence: number;
  /** When the frame reached the server, in milliseconds since 1970, by the server's clock. */
  readonly capturedAt: number;
}

/** What a frame travels in: bytes before and behind it, which are the same for all receivers. */
export interface Envelope {
  /** Makes the bytes in front; at most 128 fit without a second write. */
  head(frame: Frame): Uint8Array;
  /** The bytes behind. */
  readonly tail: Uint8Array;
}

/**
 * One frame. Its bytes never change, so all stages share them. Inside socketcam each holder calls
 * `release()`, and the last one frees the memory. If you got a frame from the library, it is yours:
 * you need not call anything, and the garbage collector frees it.
 */
export class Frame implements FrameMeta {
  readonly sequence: number;
  readonly capturedAt: number;
  readonly #memory: FrameMemory;
  #sealed: { readonly envelope: Envelope; readonly pieces: readonly Uint8Array[] } | undefined;

  /** Creates a frame, which takes over `memory`. */
  constructor(memory: FrameMemory, { sequence, capturedAt }: FrameMeta) {
    this.#memory = memory;
    this.sequence = sequence;
    this.capturedAt = capturedAt;
  }

  /** A whole JPEG, `FF D8` to `FF D9`; its Exif repeats number and time. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  /**
   * The frame in an envelope, as pieces to write one after the other. The first kind of envelope is
   * built once in the frame's own memory, as one piece for all receivers. There is no room for a
   * second kind, which becomes several pieces around the same frame.
   */
  seal(envelope: Envelope): readonly Uint8Array[] {
    if (this.#sealed?.envelope === envelope) return this.#sealed.pieces;
    const head = envelope.head(this);
    const { tail } = envelope;
    const whole = this.#sealed ? undefined : this.#memory.enclose(head, tail);
    const pieces = whole ? [whole] : [head, this.bytes, tail].filter(({ length }) => length > 0);
    this.#sealed ??= { envelope, pieces };
    return pieces;
  }

  /** One more holder. */
  retain(): void {
    this.#memory.retain();
  }

  /** One holder less. The last one frees the memory; reading `bytes` throws from then on. */
  release(): void {
    this.#memory.release();
  }
}
