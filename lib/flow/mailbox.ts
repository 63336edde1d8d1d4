/**
 * The one backpressure primitive: a mailbox with one slot, in which the newest value wins.
 *
 * It stands between any two stages. Putting never waits, and taking gives the newest value. So
 * nothing queues, memory is bounded, and values are as fresh as possible.
 */

/**
 * A value that counts its holders, such as a frame. Each `put` adds a hold, which passes to the
 * taker. Values without these methods are left to the garbage collector.
 */
export interface Shareable {
  /** One more holder. */
  retain?(): void;
  /** One holder less. */
  release?(): void;
}

/**
 * The waiting taker. These are methods, so that TypeScript accepts a mailbox of a special type as a
 * general one.
 */
interface Taker<T> {
  readonly promise: Promise<IteratorResult<T, undefined>>;
  resolve(result: IteratorResult<T, undefined>): void;
  reject(reason: unknown): void;
}

/** A one-slot mailbox for one taker, read with `for await`. */
export class Mailbox<T extends object & Shareable>
  implements AsyncIterableIterator<T, undefined, void> {
  #slot: T | undefined;
  #taker: Taker<T> | undefined;
  #filled: PromiseWithResolvers<void> | undefined;
  #closed = false;
  #error: { readonly reason: unknown } | undefined;
  #skipped = 0;
  readonly #onClose: () => void;

  /** Creates an empty mailbox. @param onClose is called once, when either side closes it. */
  constructor(onClose: () => void = () => {}) {
    this.#onClose = onClose;
  }

  /** How many values were replaced by a newer one before they were taken. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Puts a value in, and replaces one that was not taken yet. Does nothing once closed. */
  put(value: T): void {
    if (this.#closed) return;
    value.retain?.();
    if (this.#taker) return this.#settle().resolve({ value, done: false });
    if (this.#slot !== undefined) {
      this.#skipped++;
      this.#slot.release?.();
    }
    this.#slot = value;
    this.#filled?.resolve();
    this.#filled = undefined;
  }

  /** Waits until there is a value, or the mailbox is closed; a newer value can still replace it. */
  filled(): Promise<void> {
    if (this.#slot !== undefined || this.#closed) return Promise.resolve();
    return (this.#filled ??= Promise.withResolvers()).promise;
  }

  /**
   * Takes the newest value, as soon as there is one. Written by hand, because an async generator
   * parked on a promise ignores `return()` until that promise settles.
   *
   * @throws the reason that {@linkcode close} got.
   */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#taker) {
      return Promise.reject(new TypeError("Cannot take from a mailbox twice at the same time"));
    }
    const value = this.#slot;
    if (value !== undefined) {
      this.#slot = undefined;
      return Promise.resolve({ value, done: false });
    }
    if (!this.#closed) return (this.#taker = Promise.withResolvers()).promise;
    const error = this.#error;
    this.#error = undefined;
    return error ? Promise.reject(error.reason) : Promise.resolve({ value: undefined, done: true });
  }

  /**
   * Closes the mailbox from the putting side. The last value can still be taken; then the loop
   * ends, or throws `reason`, if there is one.
   */
  close(reason?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#taker && reason !== undefined) this.#settle().reject(reason);
    else if (this.#taker) this.#settle().resolve({ value: undefined, done: true });
    else if (reason !== undefined) this.#error = { reason };
    this.#filled?.resolve();
    this.#onClose();
  }

  #settle(): Taker<T> {
    const taker = this.#taker!;
    this.#taker = undefined;
    return taker;
  }

  /** Closes the mailbox from the taking side, also while the taker waits. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#slot?.release?.();
    this.#slot = undefined;
    this.close();
    this.#error = undefined;
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Closes the mailbox at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.return();
  }

  /** The mailbox is its own iterator. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
