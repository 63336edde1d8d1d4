/**
 * A promise that may take only so long.
 *
 * @module
 */

import { LazyTimer } from "./lazy_timer.ts";

/** Thrown when something took too long; the message says what. */
export class LateError extends Error {
  override name = "LateError";
}

/**
 * The patience of one who waits often, for one thing after the other: no timer is set for each. For
 * a single thing, {@linkcode within} is simpler. Disposing of it ends its timer.
 */
export class Patience implements Disposable {
  readonly #timer = new LazyTimer(() => this.#lose?.());
  #lose: (() => void) | undefined;

  /**
   * What `promise` gives, if it settles within `ms` milliseconds, which may be infinitely many; else
   * it rejects with what `late` gives. What it waits on goes on by itself after that; whoever calls
   * must end it, and waits for one thing at a time.
   */
  within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
    if (!Number.isFinite(ms)) return promise;
    return new Promise((resolve, reject) => {
      this.#lose = () => reject(late());
      this.#timer.set(ms);
      promise.then((value) => {
        this.#timer.rest();
        resolve(value);
      }, (error) => {
        this.#timer.rest();
        reject(error);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}

/**
 * What `promise` gives, if it settles within `ms` milliseconds, which may be infinitely many. What
 * it waits on goes on by itself after that; whoever calls must end it.
 *
 * @throws {LateError} with `words`, when it does not.
 */
export async function within<T>(ms: number, promise: Promise<T>, words: string): Promise<T> {
  using patience = new Patience();
  return await patience.within(ms, promise, () => new LateError(words));
}
