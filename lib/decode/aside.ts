import { Backoff } from "../time/backoff.ts";

/** How long a transform that hung, or ended its worker, is set aside, in milliseconds. */
export const ASIDE_MS = 10_000;
/** How long at most; it doubles each time, since a worker that hung leaves descriptors open. */
const MAX_ASIDE_MS = 3_600_000;

/**
 * When to set aside what costs seconds, and perhaps a worker, each time it fails. Times are those of
 * `performance.now()`.
 */
export class Aside {
  readonly #backoff = new Backoff({ min: ASIDE_MS, max: MAX_ASIDE_MS });
  #until = -Infinity;
  #isTrying = false;
  /** What began before this time failed for a reason that is known already. */
  #knownAt = -Infinity;
  #problem: string | undefined;

  /** What failed last; undefined once it has worked again. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether it is set aside. After the time for that, a single attempt shows whether it works. */
  isSet(at: number = performance.now()): boolean {
    return this.#problem !== undefined && (this.#isTrying || at < this.#until);
  }

  /** An attempt begins; dispose of what it returns once it is over. */
  attempt(): Disposable {
    const isTrial = this.#problem !== undefined;
    this.#isTrying ||= isTrial;
    return { [Symbol.dispose]: () => void (this.#isTrying &&= !isTrial) };
  }

  /** An attempt has failed. Those that began before the first of them failed are the same incident. */
  fail(startedAt: number, problem: string, at: number = performance.now()): void {
    if (startedAt < this.#knownAt) return;
    this.#knownAt = at;
    this.#problem = problem;
    this.#until = at + this.#backoff.next();
  }

  /** An attempt has succeeded. */
  succeed(startedAt: number): void {
    if (startedAt >= this.#knownAt) this.#problem = undefined;
  }

  /** Something else will be attempted from now on. */
  reset(at: number = performance.now()): void {
    this.#problem = undefined;
    this.#knownAt = at;
    this.#backoff.reset();
  }
}
