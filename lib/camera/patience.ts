/** How long a source may take to its first frame, in milliseconds. */
export const START_MS = 30_000;
/** How long it may take to its second one, which tells how slow it is, in milliseconds. */
export const SECOND_MS = 20_000;
/** How long it may stall at least, in milliseconds. */
export const STALL_MS = 5000;
/** How many times its longest interval of late it may stall. */
const INTERVALS = 3;
/** How much of its longest interval is remembered at the next one. */
const MEMORY = 0.9;

/** How long to wait for a source's next frame: learned from the source, as some take seconds for one. */
export class Patience {
  /** How many frames came. */
  frames = 0;
  #last: number | undefined;
  #longest: number | undefined;

  /** @param intervalMs how long a frame takes, if that is known before. */
  constructor(intervalMs?: number) {
    this.#longest = intervalMs;
  }

  /** Takes the time of a frame, and returns how long the next one may take, in milliseconds. */
  next(at: number = performance.now()): number {
    if (this.#last !== undefined) {
      this.#longest = Math.max(at - this.#last, MEMORY * (this.#longest ?? 0));
    }
    this.#last = at;
    this.frames++;
    if (this.#longest === undefined) return SECOND_MS;
    return Math.max(STALL_MS, INTERVALS * this.#longest);
  }
}
