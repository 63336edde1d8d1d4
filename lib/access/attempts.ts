import { delay } from "@std/async/delay";

/** How many failures are free: people mistype. */
export const FREE_FAILURES = 3;
/** How long the answer to the next failure is delayed, in milliseconds; it doubles each time. */
export const PENALTY_MS = { min: 1000, max: 60_000 };
/** How many delayed answers one address may wait for at a time. */
export const MAX_HELD = 8;
/** While that many wait, one attempt of the address is judged in this time, in milliseconds. */
export const TURN_MS = 100;
/** How long after its last failure an address is forgotten, in milliseconds. */
export const FORGET_MS = 600_000;

/** The result of an attempt; `slow` is one wrong attempt too many, or one that was not judged. */
export type Verdict = "right" | "wrong" | "slow";

/**
 * The attempts of one address. They are judged one after the other, so that simultaneous attempts
 * gain nothing.
 */
export class Attempts {
  #failures = 0;
  #failedAt = performance.now();
  #held = 0;
  #last: Promise<unknown> = Promise.resolve();
  #turnAt = 0;
  /** Ends the wait of the attempt that gets the next turn. */
  #waiting: AbortController | undefined;

  /** Whether none has failed so far. */
  get isSpotless(): boolean {
    return this.#failures === 0;
  }

  /** Whether the last failure was long ago. */
  get isOld(): boolean {
    return this.#held === 0 && performance.now() - this.#failedAt >= FORGET_MS;
  }

  /** Judges one attempt; settles when the answer may be sent. */
  async judge(isRight: () => boolean | Promise<boolean>, signal?: AbortSignal): Promise<Verdict> {
    const judging = this.#last.then(() => this.#held < MAX_HELD ? this.#try(isRight) : undefined);
    this.#last = judging.catch(() => {});
    const outcome = await judging ??
      (await this.#hasTurn(signal) ? await this.#try(isRight) : "slow");
    if (typeof outcome === "string") return outcome;
    if (outcome.waitMs === 0) return "wrong";
    // When the program ends, the answer need not wait any more.
    await delay(outcome.waitMs, { signal }).catch(() => {});
    this.#held--;
    return "wrong";
  }

  /** Judges now, and says how long the answer is delayed if the attempt is wrong. */
  async #try(
    isRight: () => boolean | Promise<boolean>,
  ): Promise<"right" | "slow" | { readonly waitMs: number }> {
    if (await isRight()) return "right";
    this.#failures++;
    this.#failedAt = performance.now();
    if (this.#held >= MAX_HELD) return "slow";
    const waitMs = penalty(this.#failures);
    if (waitMs > 0) this.#held++;
    return { waitMs };
  }

  /** Waits for the next turn; false if a newer attempt got it. */
  async #hasTurn(signal: AbortSignal | undefined): Promise<boolean> {
    this.#waiting?.abort();
    const waitMs = this.#turnAt - performance.now();
    const waiting = this.#waiting = new AbortController();
    const either = signal ? AbortSignal.any([signal, waiting.signal]) : waiting.signal;
    try {
      if (waitMs > 0) await delay(waitMs, { signal: either });
    } catch {
      return false;
    }
    this.#turnAt = performance.now() + TURN_MS;
    return true;
  }
}

/** How long the answer is delayed after that many failures in a row, in milliseconds. */
export function penalty(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(PENALTY_MS.min * 2 ** (failures - FREE_FAILURES - 1), PENALTY_MS.max);
}
