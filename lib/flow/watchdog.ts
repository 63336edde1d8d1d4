/**
 * Notices that something has stopped.
 *
 * @module
 */

import { LazyTimer } from "./lazy_timer.ts";

/** A signal that is aborted when it was not fed in time. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #timer: LazyTimer;
  #portion = 0;

  /** @param reason why the signal is aborted, after so many milliseconds without food. */
  constructor(reason: (ms: number) => Error) {
    this.#timer = new LazyTimer(() => this.#controller.abort(reason(this.#portion)));
  }

  /** Aborted when it was not fed in time. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** All is well, and it lasts for `ms` milliseconds from now on. */
  feed(ms: number): void {
    this.#portion = ms;
    this.#timer.set(ms);
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
