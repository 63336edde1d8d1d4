/**
 * Whether anybody wants what a stage makes. What nobody wants is not made.
 *
 * @module
 */

/** A want that lasts a while longer than whoever had it. */
export class Demand {
  readonly #lingerMs: number;
  #wanted = Promise.withResolvers<AbortSignal | undefined>();
  #ending: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param lingerMs how long the want outlasts the last who had it, in milliseconds. */
  constructor(lingerMs: number = 0) {
    this.#lingerMs = lingerMs;
  }

  /** Somebody wants it, or nobody any more. */
  set(wanted: boolean): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    if (!wanted) {
      this.#timer = setTimeout(() => this.#end(), this.#lingerMs);
    } else if (!this.#ending) {
      this.#ending = new AbortController();
      this.#wanted.resolve(this.#ending.signal);
    }
  }

  /**
   * Waits until it is wanted. The signal that comes is aborted when it no longer is; after
   * {@linkcode close} there is none.
   */
  wanted(): Promise<AbortSignal | undefined> {
    return this.#wanted.promise;
  }

  /** It is not wanted, now and for ever. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#end();
    this.#wanted.resolve(undefined);
  }

  #end(): void {
    if (!this.#ending) return;
    this.#ending.abort(new DOMException("Nobody watches", "AbortError"));
    this.#ending = undefined;
    this.#wanted = Promise.withResolvers();
  }
}
