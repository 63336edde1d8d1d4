import { Backoff } from "../time/backoff.ts";

/** How long a transform is not run after it hung or ended its worker, in milliseconds. */
export const ASIDE_MS = 10_000;
/**
 * The longest such time, which doubles each time, because a worker that hung leaves descriptors
 * open.
 */
const MAX_ASIDE_MS = 3_600_000;

/**
 * Decides when not to run a transform whose failures cost seconds, and perhaps a worker. Times are
 * those of `performance.now()`.
 */
export class Aside {
  readonly #backoff = new Backoff({ min: ASIDE_MS, max: MAX_ASIDE_MS });
  #until = -Infinity;
  #isTrying = false;
  /** Attempts that began before this time failed for a known reason. */
  #knownAt = -Infinity;
  #problem: string | undefined;

  /** The last failure; undefined once it has worked again. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether it is set aside. After that time, a single attempt shows whether it works. */
  isSet(at: number = performance.now()): boolean {
    return this.#problem !== undefined && (this.#isTrying || at < this.#until);
  }

  /** Begins an attempt; dispose of the result at its end. */
  attempt(): Disposable {
    const isTrial = this.#problem !== undefined;
    this.#isTrying ||= isTrial;
    return { [Symbol.dispose]: () => void (this.#isTrying &&= !isTrial) };
  }

  /**
   * Counts a failed attempt. Attempts that began before the first failure are the same incident.
   */
  fail(startedAt: number, problem: string, at: number = performance.now()): void {
    if (startedAt < this.#knownAt) return;
    this.#knownAt = at;
    this.#problem = problem;
    this.#until = at + this.#backoff.next();
  }

  /** Counts a successful attempt. */
  succeed(startedAt: number): void {
    if (startedAt >= this.#knownAt) this.#problem = undefined;
  }

  /** Starts anew, for a changed transform. */
  reset(at: number = performance.now()): void {
    this.#problem = undefined;
    this.#knownAt = at;
    this.#backoff.reset();
  }
}
