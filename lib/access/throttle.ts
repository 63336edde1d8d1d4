import { delay } from "@std/async/delay";
import { RateLimit } from "../time/rate_limit.ts";
import { addressKey } from "./address_key.ts";

/** How many failures cost nothing: people mistype. */
export const FREE_FAILURES = 3;
/** How long the answer to one more failure is held back, in milliseconds; it doubles each time. */
export const PENALTY_MS = { min: 1000, max: 60_000 };
/** How many answers to one address are held back at a time. */
export const MAX_HELD = 8;
/** How many attempts of an address are judged in a second while so many are held back. */
export const JUDGED_PER_SECOND = 10;
/** How long after its last failure an address is forgotten, in milliseconds. */
export const FORGET_MS = 600_000;
/** How many addresses are remembered; the oldest makes room. */
export const MAX_ADDRESSES = 1024;

interface Record {
  failures: number;
  failedAt: number;
  held: number;
  readonly judged: RateLimit;
}

/** What became of an attempt; `slow` is a wrong one too many, or one that was not even judged. */
export type Verdict = "right" | "wrong" | "slow";

/**
 * Judges attempts. The right secret passes at once, whatever others behind the same address do: a
 * proxy, or a home with one stale password. After a few wrong ones, the answer to each is held back,
 * and those that are held back count already, so that attempts side by side gain nothing.
 */
export class Throttle {
  readonly #records = new Map<string, Record>();

  /** Judges one attempt; settles when its answer may be given. */
  async judge(
    address: string,
    isRight: () => boolean | Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<Verdict> {
    const key = addressKey(address);
    const known = this.#records.get(key);
    if (known && known.held >= MAX_HELD && !known.judged.allows()) return "slow";
    if (await isRight()) return "right";
    const record = this.#fail(key);
    if (record.held >= MAX_HELD) return "slow";
    const waitMs = penalty(record.failures);
    if (waitMs === 0) return "wrong";
    record.held++;
    try {
      await delay(waitMs, { signal });
    } catch {
      // The program ends.
    } finally {
      record.held--;
    }
    return "wrong";
  }

  #fail(key: string): Record {
    const now = performance.now();
    const known = this.#records.get(key);
    const isFresh = known && (known.held > 0 || now - known.failedAt < FORGET_MS);
    const judged = known?.judged ?? new RateLimit(JUDGED_PER_SECOND);
    const record = isFresh ? known : { failures: 0, failedAt: now, held: 0, judged };
    record.failures++;
    record.failedAt = now;
    // Deleted first, to keep the map in the order of the last failures.
    this.#records.delete(key);
    this.#records.set(key, record);
    if (this.#records.size > MAX_ADDRESSES) {
      this.#records.delete(this.#records.keys().next().value!);
    }
    return record;
  }
}

/** How long the answer to so many failures in a row is held back, in milliseconds. */
export function penalty(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(PENALTY_MS.min * 2 ** (failures - FREE_FAILURES - 1), PENALTY_MS.max);
}
