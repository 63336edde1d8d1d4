/**
 * A timer for what seldom takes too long: it is put off at every frame, and costs next to nothing.
 *
 * @module
 */

/** Calls back when it was not put off in time. */
export class LazyTimer implements Disposable {
  readonly #onDue: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity;
  #looksAt = Infinity;

  /** Makes one that is not due until it is set. */
  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** It is due in `ms` milliseconds, and not before. */
  set(ms: number): void {
    this.#dueAt = performance.now() + ms;
    // A timer of the system that runs already looks again then: it is not set anew each time.
    if (this.#dueAt < this.#looksAt) this.#look(ms);
  }

  /** It is not due until it is set again. */
  rest(): void {
    this.#dueAt = Infinity;
  }

  #look(ms: number): void {
    clearTimeout(this.#timer);
    this.#looksAt = performance.now() + ms;
    this.#timer = setTimeout(() => {
      this.#looksAt = Infinity;
      const left = this.#dueAt - performance.now();
      if (left === Infinity) return;
      if (left > 0) return this.#look(left);
      this.#dueAt = Infinity;
      this.#onDue();
    }, ms);
  }

  /** Ends it; it cannot be set any more. */
  [Symbol.dispose](): void {
    this.#looksAt = -Infinity;
    clearTimeout(this.#timer);
  }
}
