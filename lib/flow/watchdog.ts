/**
 * Notices that something has stopped.
 *
 * @module
 */

/** A signal that is aborted when it was not fed in time. */
export class Watchdog {
  readonly #ms: number;
  readonly #reason: () => Error;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ms how long it lasts without food, from now on; @param reason why it is aborted then. */
  constructor(ms: number, reason: () => Error) {
    this.#ms = ms;
    this.#reason = reason;
    this.feed();
  }

  /** Aborted when it was not fed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** All is well; the time starts again. */
  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(this.#reason()), this.#ms);
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
