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
  #hungryAt = 0;
  #portion = 0;
  #timerMs = 0;

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
    this.#portion = ms;
    this.#hungryAt = performance.now() + ms;
    // A timer that runs already looks again when it is due: it is not set anew at each frame.
    if (this.#timer === undefined || ms < this.#timerMs) this.#look(ms);
  }

  #look(ms: number): void {
    clearTimeout(this.#timer);
    this.#timerMs = ms;
    this.#timer = setTimeout(() => {
      const left = this.#hungryAt - performance.now();
      if (left > 0) this.#look(left);
      else this.#controller.abort(this.#reason(this.#portion));
    }, ms);
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
