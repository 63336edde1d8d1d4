/** How many failures cost nothing: people mistype. */
export const FREE_FAILURES = 3;
/** The first and the longest wait after one more failure, in milliseconds; it doubles each time. */
export const PENALTY_MS = { min: 1000, max: 60_000 };
/** How long after its last failure an address is forgotten, in milliseconds. */
export const FORGET_MS = 600_000;
/** How many addresses are remembered; the oldest makes room. */
export const MAX_ADDRESSES = 1024;

interface Record {
  readonly failures: number;
  readonly failedAt: number;
}

/**
 * Slows down whoever guesses a token or a password, by address. All times are in milliseconds of
 * `performance.now()`.
 */
export class Throttle {
  readonly #records = new Map<string, Record>();

  /** Notes a wrong secret. */
  failed(address: string, at: number = performance.now()): void {
    const failures = (this.#fresh(address, at)?.failures ?? 0) + 1;
    // Deleted first, to keep the map in the order of the last failures.
    this.#records.delete(address);
    this.#records.set(address, { failures, failedAt: at });
    if (this.#records.size > MAX_ADDRESSES) {
      this.#records.delete(this.#records.keys().next().value!);
    }
  }

  /** Notes the right secret. */
  succeeded(address: string): void {
    this.#records.delete(address);
  }

  /** How long an address must wait before its next attempt, in milliseconds; 0 if it need not. */
  waitMs(address: string, now: number = performance.now()): number {
    const record = this.#fresh(address, now);
    if (!record || record.failures < FREE_FAILURES) return 0;
    const penalty = PENALTY_MS.min * 2 ** (record.failures - FREE_FAILURES);
    return Math.max(0, record.failedAt + Math.min(penalty, PENALTY_MS.max) - now);
  }

  #fresh(address: string, now: number): Record | undefined {
    const record = this.#records.get(address);
    return record && now - record.failedAt < FORGET_MS ? record : undefined;
  }
}
