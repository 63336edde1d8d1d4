/** How long to wait before the next attempt. */

/** Options of {@linkcode Backoff}. */
export interface BackoffOptions {
  /** The first wait, in milliseconds. */
  min: number;
  /** The longest wait, in milliseconds. */
  max: number;
  /** The random share of each wait, 0 to 1, so that many do not return at the same moment. */
  jitter?: number;
}

/** Waits that double from `min` to `max` until an attempt succeeds. */
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

  /** The wait before the next attempt, in milliseconds. */
  next(): number {
    const wait = this.#wait * (1 - this.#jitter * Math.random());
    this.#wait = Math.min(this.#wait * 2, this.#max);
    return wait;
  }

  /** Starts again from the first wait, after an attempt that succeeded. */
  reset(): void {
    this.#wait = this.#min;
  }
}
