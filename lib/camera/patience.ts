/** How long a source may take for its first frame, at first, in milliseconds. */
export const START_MS = 30_000;
/**
 * How long it may take for its second frame, which tells how slow it is, at first, in milliseconds.
 */
export const SECOND_MS = 60_000;
/** How long it may stall at least, in milliseconds. */
export const STALL_MS = 5000;
/** How many times as long it may take at most, after it was restarted too early again and again. */
export const MAX_FACTOR = 8;
/** How many times its longest recent interval it may stall. */
const INTERVALS = 3;
/** How much of its longest interval counts at the next frame. */
const MEMORY = 0.9;

/**
 * How long to wait for a source's next frame. It learns this from the source, across restarts,
 * because some sources take seconds or minutes for a frame.
 */
export class Patience {
  /** How many frames came since the source was started. */
  frames = 0;
  #last: number | undefined;
  #longest: number | undefined;
  #factor = 1;
  #gotMore = false;

  /**
   * Called at a start. Returns how long the first frame may take, in milliseconds.
   *
   * @param intervalMs how long a frame takes, if known in advance.
   */
  start(intervalMs?: number): number {
    this.frames = 0;
    this.#last = undefined;
    this.#gotMore = false;
    this.#longest ??= intervalMs;
    return this.#unlessSlower(START_MS * this.#factor);
  }

  /** Takes the time of a frame, and returns how long the next one may take, in milliseconds. */
  next(at: number = performance.now()): number {
    if (this.#last !== undefined) {
      this.#longest = Math.max(at - this.#last, MEMORY * (this.#longest ?? 0));
    }
    this.#last = at;
    this.frames++;
    return this.#unlessSlower(this.#longest === undefined ? SECOND_MS * this.#factor : STALL_MS);
  }

  /**
   * Called when the second frame is late. Returns how much longer it may take, in milliseconds:
   * once for each start, up to eight times as long.
   */
  more(): number {
    if (this.#gotMore || this.frames !== 1 || this.#longest !== undefined) return 0;
    this.#gotMore = true;
    return (MAX_FACTOR - this.#factor) * SECOND_MS;
  }

  /**
   * Called when the source was given up. It may be slower than that: next time, it has twice as
   * long.
   */
  gaveUp(): void {
    if (this.frames < 2) this.#factor = Math.min(MAX_FACTOR, 2 * this.#factor);
  }

  #unlessSlower(ms: number): number {
    return Math.max(ms, INTERVALS * (this.#longest ?? 0));
  }
}
