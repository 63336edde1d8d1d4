import { delay } from "@std/async/delay";

/** Counts events, and says when there are too many of them in a second. */
export class RateLimit {
  readonly #perSecond: number;
  #count = 0;
  #since = -Infinity;

  /** @param perSecond how many events a second are allowed. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Counts one event; whether it is within the limit. */
  allows(at: number = performance.now()): boolean {
    if (at - this.#since >= 1000) {
      this.#since = at;
      this.#count = 0;
    }
    return ++this.#count <= this.#perSecond;
  }

  /** Waits until the second that is counted is over. @throws the reason of `signal`. */
  async rest(signal: AbortSignal): Promise<void> {
    await delay(Math.max(0, this.#since + 1000 - performance.now()), { signal });
  }
}
