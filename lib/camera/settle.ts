/** How long a camera's first frames are dropped, while it still adjusts exposure and colours. */

/** A number of frames, or a time in milliseconds; with both, the one that is over first. */
export interface Settle {
  /** How many frames. */
  readonly frames?: number;
  /** How long after the first of them, in milliseconds. */
  readonly ms?: number;
}

/**
 * The default for webcams. They need 10 to 30 frames, so this is 20 at their usual rate of 30 a
 * second; a slower webcam adjusts more with each frame, and needs no longer.
 */
export const WEBCAM_SETTLE: Settle = { frames: 20, ms: 700 };

/** Recognises the frames of a camera that still settles, from its start on. */
export class Settling {
  readonly #frames: number;
  readonly #ms: number;
  #count = 0;
  #endsAt: number | undefined;
  #isOver = false;

  /** Without a limit, nothing is dropped. */
  constructor({ frames, ms }: Settle = {}) {
    this.#frames = frames ?? (ms === undefined ? 0 : Infinity);
    this.#ms = ms ?? Infinity;
  }

  /** Whether to drop a frame that comes at `at`, in `performance.now()` milliseconds. */
  drops(at: number): boolean {
    this.#endsAt ??= at + this.#ms;
    this.#isOver ||= this.#count++ >= this.#frames || at >= this.#endsAt;
    return !this.#isOver;
  }
}
