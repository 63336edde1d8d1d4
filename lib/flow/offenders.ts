/**
 * Addresses that gave a wrong token or password, and how long each must wait.
 *
 * @module
 */

/** How many wrong ones cost nothing: a person mistypes. */
export const FREE_FAILURES = 3;
/** How long an address waits after one more, and at most, in milliseconds; it doubles each time. */
export const PENALTY_MS = { min: 1000, max: 60_000 };
/** When an address is forgotten, in milliseconds after its last failure. */
export const FORGET_MS = 600_000;
/** How many addresses are remembered; the oldest makes room. */
export const MAX_OFFENDERS = 1024;

interface Record {
  readonly failures: number;
  readonly failedAt: number;
}

/** Remembers failures. All times are in milliseconds of one clock. */
export class Offenders {
  readonly #records = new Map<string, Record>();

  /** An address gave a wrong one. */
  failed(address: string, at: number = performance.now()): void {
    const failures = (this.#fresh(address, at)?.failures ?? 0) + 1;
    // Deleted first, so that the map's order is that of the last failure.
    this.#records.delete(address);
    this.#records.set(address, { failures, failedAt: at });
    if (this.#records.size > MAX_OFFENDERS) {
      this.#records.delete(this.#records.keys().next().value!);
    }
  }

  /** An address gave the right one. */
  forgive(address: string): void {
    this.#records.delete(address);
  }

  /** How long an address must wait before its next try, in milliseconds; 0 if it need not. */
  wait(address: string, now: number = performance.now()): number {
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
