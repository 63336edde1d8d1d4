import { addressKey } from "./address_key.ts";
import { Attempts, type Verdict } from "./attempts.ts";

/** How many addresses are remembered; the one that tried least recently makes room. */
export const MAX_ADDRESSES = 1024;

/**
 * Judges attempts to enter. The right secret passes at once, whatever others behind the same address
 * did before: a proxy, or a home with one stale password. After a few wrong ones, the answer to each
 * is held back. Many wrong ones at the same moment leave one turn in 100 ms, for the newest attempt.
 */
export class Throttle {
  readonly #addresses = new Map<string, Attempts>();

  /** Judges one attempt; settles when its answer may be given. */
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
