/** Fewer frames than there are, evenly spaced. */

/** How early a frame may be, as a share of the interval: sources jitter. */
const SLACK = 0.1;

/** Lets through a limited number of frames a second. */
export class Pace {
  readonly #interval: number;
  #due = -Infinity;

  /** @param fps how many are let through each second. */
  constructor(fps: number) {
    this.#interval = 1000 / fps;
  }

  /** Whether a frame that comes at `at` (`performance.now()` milliseconds) is let through. */
  take(at: number = performance.now()): boolean {
    if (at < this.#due - SLACK * this.#interval) return false;
    // Counted from when it was due, to keep the average; missed frames are not made up for.
    const isLate = at > this.#due + this.#interval;
    this.#due = (isLate ? at : this.#due) + this.#interval;
    return true;
  }
}
