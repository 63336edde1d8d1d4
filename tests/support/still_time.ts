/**
 * Time that passes when a test says so.
 *
 * @module
 */

/**
 * Stops the clock that limits are measured with. Timers run on, but what compares times finds that
 * none has passed. Disposing of it lets the clock run again.
 */
export class StillTime implements Disposable {
  readonly #now = performance.now;
  #at = performance.now();

  constructor() {
    performance.now = () => this.#at;
  }

  /** Lets so many milliseconds pass at once. */
  pass(ms: number): void {
    this.#at += ms;
  }

  [Symbol.dispose](): void {
    performance.now = this.#now;
  }
}
