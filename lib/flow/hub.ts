/**
 * One giver, many takers, each with a mailbox of its own: a slow taker costs nobody but itself.
 *
 * @module
 */

import { drop, hold, keep } from "./loan.ts";
import { Mailbox } from "./mailbox.ts";

/** Hands every published value to every subscriber, without ever waiting for one. */
export class Hub<T extends object> {
  readonly #mailboxes = new Set<Mailbox<T>>();
  readonly #onDemand: (wanted: boolean) => void;
  #latest: T | undefined;
  #published = 0;
  #closed = false;

  /** Makes a hub. @param onDemand is told when the first subscriber comes, and when the last one has gone. */
  constructor(onDemand: (wanted: boolean) => void = () => {}) {
    this.#onDemand = onDemand;
  }

  /** The newest value, if there was one; whoever reads it may keep it. */
  get latest(): T | undefined {
    if (this.#latest !== undefined) keep(this.#latest);
    return this.#latest;
  }

  /** How many values there were. */
  get published(): number {
    return this.#published;
  }

  /** How many subscribe. */
  get subscribers(): number {
    return this.#mailboxes.size;
  }

  /** Hands a value to all subscribers. */
  publish(value: T): void {
    hold(value);
    if (this.#latest !== undefined) drop(this.#latest);
    this.#latest = value;
    this.#published++;
    for (const mailbox of this.#mailboxes) mailbox.put(value);
  }

  /** All that is published from now on, newest first where the taker is slow. Close it after use. */
  subscribe(): Mailbox<T> {
    return this.#open(false);
  }

  /** As {@linkcode subscribe}, for who needs each value only until it asks for the next one. */
  borrow(): Mailbox<T> {
    return this.#open(true);
  }

  #open(borrows: boolean): Mailbox<T> {
    const mailbox = new Mailbox<T>({
      borrows,
      onClose: () => {
        if (this.#mailboxes.delete(mailbox) && this.#mailboxes.size === 0) this.#onDemand(false);
      },
    });
    if (this.#closed) {
      mailbox.close();
      return mailbox;
    }
    this.#mailboxes.add(mailbox);
    if (this.#mailboxes.size === 1) this.#onDemand(true);
    return mailbox;
  }

  /** As {@linkcode subscribe}, with the newest value first: for what is a state, not an event. */
  follow(): Mailbox<T> {
    const mailbox = this.subscribe();
    if (this.#latest !== undefined) mailbox.put(this.#latest);
    return mailbox;
  }

  /** Ends all subscriptions, now and later ones. */
  close(): void {
    this.#closed = true;
    for (const mailbox of [...this.#mailboxes]) mailbox.close();
  }
}
