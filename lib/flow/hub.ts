/**
 * One giver, many takers, each with a mailbox of its own: a slow taker costs nobody but itself.
 *
 * @module
 */

import { Mailbox } from "./mailbox.ts";

/** Hands every published value to every subscriber, without ever waiting for one. */
export class Hub<T extends object> {
  readonly #mailboxes = new Set<Mailbox<T>>();
  readonly #onDemand: (wanted: boolean) => void;
  #latest: T | undefined;
  #closed = false;

  /** Makes a hub. @param onDemand is told when the first subscriber comes, and when the last one has gone. */
  constructor(onDemand: (wanted: boolean) => void = () => {}) {
    this.#onDemand = onDemand;
  }

  /** The newest value, if there was one. */
  get latest(): T | undefined {
    return this.#latest;
  }

  /** How many subscribe. */
  get subscribers(): number {
    return this.#mailboxes.size;
  }

  /** Hands a value to all subscribers. */
  publish(value: T): void {
    this.#latest = value;
    for (const mailbox of this.#mailboxes) mailbox.put(value);
  }

  /** All that is published from now on, newest first where the taker is slow. Close it after use. */
  subscribe(): Mailbox<T> {
    const mailbox = new Mailbox<T>(() => {
      if (this.#mailboxes.delete(mailbox) && this.#mailboxes.size === 0) this.#onDemand(false);
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
