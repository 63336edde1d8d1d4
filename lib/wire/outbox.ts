/**
 * Whole messages onto a connection that several parts of the program write to.
 *
 * @module
 */

/** Writes messages one after the other, never one into another. */
export class Outbox {
  readonly #conn: Deno.Conn;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Whether a message is still being written. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Writes a message behind those before it; settles when the kernel has all of it. */
  send(message: Uint8Array): Promise<void> {
    this.#waiting++;
    const sent = this.#last.then(() => this.#write(message)).finally(() => this.#waiting--);
    // Who sends next need not hear of this failure: the connection tells it again.
    this.#last = sent.catch(() => {});
    return sent;
  }

  async #write(message: Uint8Array): Promise<void> {
    for (let at = 0; at < message.length;) {
      at += await this.#conn.write(at === 0 ? message : message.subarray(at));
    }
  }
}
