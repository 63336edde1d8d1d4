import { addressKey } from "./address_key.ts";
import { Attempts, type Verdict } from "./attempts.ts";

/** How many addresses are remembered; the one with the oldest attempt is forgotten first. */
export const MAX_ADDRESSES = 1024;

/**
 * Judges attempts to enter. The right secret passes at once, even after wrong ones from the same
 * address, which may be a proxy, or a home with one stale password. After a few wrong attempts,
 * each answer is delayed. While many wrong ones are coming, one attempt is judged in 100 ms, the
 * newest.
 */
export class Throttle {
  readonly #addresses = new Map<string, Attempts>();

  /** Judges one attempt; settles when the answer may be sent. */
  async judge(
    address: string,
    isRight: () => boolean | Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<Verdict> {
    const key = addressKey(address);
    const known = this.#addresses.get(key);
    const attempts = known && !known.isOld ? known : new Attempts();
    this.#remember(key, attempts);
    const verdict = await attempts.judge(isRight, signal);
    if (attempts.isSpotless && this.#addresses.get(key) === attempts) this.#addresses.delete(key);
    return verdict;
  }

  #remember(key: string, attempts: Attempts): void {
    // Deleted first, to keep the map in the order of the last attempts.
    this.#addresses.delete(key);
    this.#addresses.set(key, attempts);
    if (this.#addresses.size > MAX_ADDRESSES) {
      this.#addresses.delete(this.#addresses.keys().next().value!);
    }
  }
}
