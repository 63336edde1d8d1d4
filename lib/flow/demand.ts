/** Whether anybody wants a stage's frames: without demand, the stage does not run. */

/** Demand that lasts for a while after nobody wants frames any more. */
export class Demand {
  readonly #lingerMs: number;
  #wanted = Promise.withResolvers<AbortSignal | undefined>();
  #ending: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param lingerMs how long demand lasts after nobody wants frames, in milliseconds. */
  constructor(lingerMs: number = 0) {
    this.#lingerMs = lingerMs;
  }

  /** Tells it whether somebody wants frames. */
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

  /** Waits for demand. The signal is aborted when demand ends; after `close()` there is none. */
  wanted(): Promise<AbortSignal | undefined> {
    return this.#wanted.promise;
  }

  /** Ends demand for good. */
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
