/**
 * Whole messages onto a connection that several parts of the program write to.
 *
 * @module
 */

import { LateError, Patience } from "../flow/within.ts";

/** How long the other side may take nothing at all, in milliseconds; then it is taken for gone. */
export const STALL_MS = 30_000;

/** A message, or what makes it when its turn has come. */
export type Message = Uint8Array | (() => Uint8Array);

/** Writes messages one after the other, never one into another. */
export class Outbox implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #patience = new Patience();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Whether a message is still being written. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Writes a message behind those before it; settles when the kernel has all of it. Behind one that
   * failed nothing is written any more: a part of it may be on the way.
   *
   * @throws {LateError} when the other side takes nothing for a long time.
   */
  send(message: Message): Promise<void> {
    this.#waiting++;
    const sent = this.#last.then(() => this.#write(message)).finally(() => this.#waiting--);
    this.#last = sent;
    return sent;
  }

  async #write(message: Message): Promise<void> {
    const bytes = typeof message === "function" ? message() : message;
    const late = () => new LateError(`it has taken nothing for ${STALL_MS / 1000} s`);
    for (let at = 0; at < bytes.length;) {
      const writing = this.#conn.write(at === 0 ? bytes : bytes.subarray(at));
      at += await this.#patience.within(STALL_MS, writing, late);
    }
  }

  /** Waits for nothing more; the connection is closed by its owner. */
  [Symbol.dispose](): void {
    this.#patience[Symbol.dispose]();
  }
}
