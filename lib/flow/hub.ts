/**
 * One publisher, many subscribers. Each has a mailbox of its own, so that a slow one delays no
 * other.
 */

import { Mailbox, type Shareable } from "./mailbox.ts";

/** Gives every published value to every subscriber, without waiting for any. */
export class Hub<T extends object & Shareable> {
  readonly #mailboxes = new Set<Mailbox<T>>();
  readonly #onDemand: (wanted: boolean) => void;
  readonly #ended = Promise.withResolvers<void>();
  #latest: T | undefined;
  #published = 0;
  #end: { readonly reason?: unknown } | undefined;

  /** Creates a hub. @param onDemand hears when the first subscriber comes and the last one leaves. */
  constructor(onDemand: (wanted: boolean) => void = () => {}) {
    this.#onDemand = onDemand;
    this.#ended.promise.catch(() => {});
  }

  /** The newest value, if there was one. Call `retain()` on a frame to keep it past this moment. */
  get latest(): T | undefined {
    return this.#latest;
  }

  /** How many values were published. */
  get published(): number {
    return this.#published;
  }

  /** How many subscribers there are. */
  get subscribers(): number {
    return this.#mailboxes.size;
  }

  /** Whether the hub is closed. */
  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Resolves when the hub is closed, and rejects when it is closed with a reason. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Gives a value to all subscribers. The publisher passes its hold to the hub. */
  publish(value: T): void {
    if (this.#end) return void value.release?.();
    this.#latest?.release?.();
    this.#latest = value;
    this.#published++;
    for (const mailbox of this.#mailboxes) mailbox.put(value);
  }

  /** All values from now on; a slow subscriber gets the newest one. Close it after use. */
  subscribe(): Mailbox<T> {
    const mailbox = new Mailbox<T>(() => {
      if (this.#mailboxes.delete(mailbox) && this.#mailboxes.size === 0) this.#onDemand(false);
    });
    if (this.#end) {
      mailbox.close(this.#end.reason);
      return mailbox;
    }
    this.#mailboxes.add(mailbox);
    if (this.#mailboxes.size === 1) this.#onDemand(true);
    return mailbox;
  }

  /**
   * A stage that subscribes only while it is watched calls this. Until it subscribes, there is no
   * demand.
   */
  defer(): void {
    if (this.#mailboxes.size === 0) this.#onDemand(false);
  }

  /** Like {@linkcode subscribe}, with the newest value first: for a state rather than an event. */
  follow(): Mailbox<T> {
    const mailbox = this.subscribe();
    if (this.#latest !== undefined) mailbox.put(this.#latest);
    return mailbox;
  }

  /** Ends all subscriptions, including later ones. With a `reason`, their loops throw it. */
  close(reason?: unknown): void {
    if (this.#end) return;
    this.#end = { reason };
    if (reason === undefined) this.#ended.resolve();
    else this.#ended.reject(reason);
    for (const mailbox of [...this.#mailboxes]) mailbox.close(reason);
  }
}
