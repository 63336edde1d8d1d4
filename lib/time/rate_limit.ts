import { delay } from "@std/async/delay";

/** Counts events, or bytes, and says when there are too many of them in a second. */
export class RateLimit {
  readonly #perSecond: number;
  #count = 0;
  #since = -Infinity;

  /** @param perSecond how many events a second are allowed. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Counts one event, or several at once; returns whether they are within the limit. */
  allows(count: number = 1): boolean {
    const at = performance.now();
    if (at - this.#since >= 1000) {
      this.#since = at;
      this.#count = 0;
    }
    return (this.#count += count) <= this.#perSecond;
  }

  /** Waits for the end of the counted second. @throws the reason of `signal`. */
  async rest(signal: AbortSignal): Promise<void> {
    await delay(Math.max(0, this.#since + 1000 - performance.now()), { signal });
  }
}
