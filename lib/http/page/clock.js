/**
 * The camera's clock, told from answers that carry its time, as NTP does it: the quicker the
 * answer, the surer the time.
 *
 * @module
 */

/** How many of the newest answers count: clocks drift, and are set. */
const ANSWERS = 60;

export class Clock {
  #answers = [];

  /**
   * An answer that says `there`; asked and answered `from` and `to` by this side's clock. All in
   * milliseconds since 1970.
   */
  add(from, there, to) {
    this.#answers.push({ offset: there - (from + to) / 2, took: to - from });
    this.#answers.splice(0, this.#answers.length - ANSWERS);
  }

  /** What was known is of no use any more. */
  clear() {
    this.#answers = [];
  }

  /** How far the camera's clock is ahead of this side's, in milliseconds; undefined at first. */
  get offset() {
    const quickest = this.#answers.toSorted((one, other) => one.took - other.took)[0];
    return quickest?.offset;
  }
}

/** Milliseconds since 1970, to the fraction, and by a clock that is set. */
export function now() {
  return performance.timeOrigin + performance.now();
}
