/**
 * Notices that something has stopped.
 *
 * @module
 */

/** A signal that is aborted when it was not fed in time. */
export class Watchdog {
  readonly #reason: (ms: number) => Error;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param reason why the signal is aborted, after so many milliseconds without food. */
  constructor(reason: (ms: number) => Error) {
    this.#reason = reason;
  }

  /** Aborted when it was not fed in time. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** All is well, and it lasts for `ms` milliseconds from now on. */
  feed(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(this.#reason(ms)), ms);
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
