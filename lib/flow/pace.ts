/**
 * Fewer frames than there are, evenly.
 *
 * @module
 */

/** How much too early a frame may be, as a part of the interval: sources jitter. */
const SLACK = 0.1;

/** Lets through at most so many a second, of what comes when it comes. */
export class Pace {
  readonly #interval: number;
  #due = -Infinity;

  /** @param fps how many are let through a second. */
  constructor(fps: number) {
    this.#interval = 1000 / fps;
  }

  /** Whether one that comes now is let through; `at` in milliseconds of `performance.now()`. */
  take(at: number = performance.now()): boolean {
    if (at < this.#due - SLACK * this.#interval) return false;
    // From when it was due, so that the average is kept; but what was missed is not made up for.
    const isLate = at > this.#due + this.#interval;
    this.#due = (isLate ? at : this.#due) + this.#interval;
    return true;
  }
}
