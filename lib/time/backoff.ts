/** Options of {@linkcode Backoff}. */
export interface BackoffOptions {
  /** The first wait, in milliseconds. */
  min: number;
  /** The longest wait, in milliseconds. */
  max: number;
  /** The random share of each wait, 0 to 1, so that not all clients return at the same moment. */
  jitter?: number;
}

/** Waits that double from `min` to `max` until an attempt succeeds. */
export class Backoff {
  readonly #options: BackoffOptions;
  #wait: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#wait = options.min;
  }

  /** The wait before the next attempt, in milliseconds. */
  next(): number {
    const { max, jitter = 0 } = this.#options;
    const wait = this.#wait * (1 - jitter * Math.random());
    this.#wait = Math.min(this.#wait * 2, max);
    return wait;
  }

  /** Starts again from the first wait, after an attempt that succeeded. */
  reset(): void {
    this.#wait = this.#options.min;
  }
}
