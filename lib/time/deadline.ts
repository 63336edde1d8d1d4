/** Thrown when something took too long; the message says what. */
export class LateError extends Error {
  override name = "LateError";
}

/**
 * A deadline that is set before each wait and cleared after it, thousands of times a minute. It
 * keeps one system timer, because a timer for every frame would show in the profile.
 */
export class Deadline implements Disposable {
  readonly #onMissed: (error: Error) => void;
  #late: () => Error = () => new LateError("it took too long");
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity;
  #wakesAt = Infinity;
  #reject: ((error: Error) => void) | undefined;

  /** Creates a deadline that is not set. @param onMissed is called each time it is missed. */
  constructor(onMissed: (error: Error) => void = () => {}) {
    this.#onMissed = onMissed;
  }

  /** Sets the deadline `ms` milliseconds from now; `late` makes the error if it is missed. */
  set(ms: number, late: () => Error): void {
    this.#late = late;
    this.#dueAt = performance.now() + ms;
    if (this.#dueAt < this.#wakesAt && Number.isFinite(ms)) this.#wakeIn(ms);
  }

  /** Clears the deadline until it is set again. */
  clear(): void {
    this.#dueAt = Infinity;
    this.#reject = undefined;
  }

  /**
   * Waits for `promise`, at most `ms` milliseconds, which may be `Infinity`. One wait at a time. A
   * missed deadline does not end the work behind the promise: the caller does.
   */
  within<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
    if (!Number.isFinite(ms)) return promise;
    this.set(ms, late);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      promise.finally(() => this.clear()).then(resolve, reject);
    });
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.#wake(), ms);
  }

  #wake(): void {
    this.#wakesAt = Infinity;
    if (this.#dueAt === Infinity) return;
    const left = this.#dueAt - performance.now();
    if (left > 0) return this.#wakeIn(left);
    const reject = this.#reject;
    const error = this.#late();
    this.clear();
    reject?.(error);
    this.#onMissed(error);
  }

  /** Stops the timer; the deadline cannot be set any more. */
  [Symbol.dispose](): void {
    this.#wakesAt = -Infinity;
    clearTimeout(this.#timer);
  }
}

/**
 * Waits once for `promise`, at most `ms` milliseconds.
 *
 * @throws {LateError} with `message`, when it takes longer.
 */
export async function within<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  using deadline = new Deadline();
  return await deadline.within(promise, ms, () => new LateError(message));
}
