/**
 * How long to wait before the next try.
 *
 * @module
 */

/** Options of {@linkcode Backoff}. */
export interface BackoffOptions {
  /** The first wait, in milliseconds. */
  min: number;
  /** The longest wait, in milliseconds. */
  max: number;
  /** The part of each wait that is left to chance, 0 to 1, so that many do not come back at once. */
  jitter?: number;
}

/** Waits that double from `min` to `max`, until something has worked again. */
export class Backoff {
  readonly #min: number;
  readonly #max: number;
  readonly #jitter: number;
  #wait: number;

  constructor({ min, max, jitter = 0 }: BackoffOptions) {
    this.#min = min;
    this.#max = max;
    this.#jitter = jitter;
    this.#wait = min;
  }

  /** The wait before the next try, in milliseconds. */
  next(): number {
    const wait = this.#wait * (1 - this.#jitter * Math.random());
    this.#wait = Math.min(this.#wait * 2, this.#max);
    return wait;
  }

  /** Something has worked: the next wait is the first one again. */
  reset(): void {
    this.#wait = this.#min;
  }
}
