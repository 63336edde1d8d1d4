/**
 * The one backpressure primitive: a mailbox with one slot, in which the newest value wins.
 *
 * It stands between any two stages. Whoever puts never waits; whoever takes gets the newest value
 * there is. So nothing queues, memory is bounded, and what is taken is as young as it can be.
 *
 * @module
 */

import { drop, hold, keep } from "./loan.ts";

/** Options of {@linkcode Mailbox}. */
export interface MailboxOptions {
  /** Whether the taker needs a value only until it asks for the next one. */
  readonly borrows?: boolean;
  /** Is called once, when either side closes the mailbox. */
  readonly onClose?: () => void;
}

/** A one-slot mailbox for one taker, read with `for await`. */
export class Mailbox<T extends object> implements AsyncIterableIterator<T, undefined, void> {
  #slot: T | undefined;
  #taker: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #closed = false;
  #skipped = 0;
  #borrowed: T | undefined;
  readonly #borrows: boolean;
  readonly #onClose: () => void;

  /** Makes an empty mailbox. */
  constructor({ borrows = false, onClose = () => {} }: MailboxOptions = {}) {
    this.#borrows = borrows;
    this.#onClose = onClose;
  }

  /** How many values were replaced by a newer one before they were taken. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Leaves a value, in place of one that was not taken yet. Once closed, nothing happens. */
  put(value: T): void {
    if (this.#closed) return;
    hold(value);
    if (this.#taker) {
      const taker = this.#taker;
      this.#taker = undefined;
      taker({ value: this.#handOver(value), done: false });
      return;
    }
    if (this.#slot !== undefined) {
      this.#skipped++;
      drop(this.#slot);
    }
    this.#slot = value;
  }

  /**
   * The newest value, as soon as there is one. Written by hand, since an async generator that is
   * parked on a promise ignores `return()` until the promise settles.
   */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#taker) {
      return Promise.reject(new TypeError("Cannot take from a mailbox twice at the same time"));
    }
    this.#giveBack();
    const value = this.#slot;
    if (value !== undefined) {
      this.#slot = undefined;
      return Promise.resolve({ value: this.#handOver(value), done: false });
    }
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#taker = resolve);
  }

  #handOver(value: T): T {
    if (this.#borrows) this.#borrowed = value;
    else keep(value);
    return value;
  }

  /** At the end of a mailbox the last value stays as it is: it may be half written somewhere. */
  #giveBack(): void {
    if (this.#borrowed !== undefined && !this.#closed) drop(this.#borrowed);
    this.#borrowed = undefined;
  }

  /** Ends the mailbox from the putting side: what is in it can still be taken. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#taker?.({ value: undefined, done: true });
    this.#taker = undefined;
    this.#onClose();
  }

  /** Ends the mailbox from the taking side, also while it is waited on. */
  return(): Promise<IteratorResult<T, undefined>> {
    if (this.#slot !== undefined) drop(this.#slot);
    this.#slot = undefined;
    this.close();
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
