/** Whole messages onto one connection, from several parts of the program. */

import { Deadline, LateError } from "../time/deadline.ts";

/** How long the other side may read nothing, in milliseconds; then it counts as gone. */
export const STALL_MS = 30_000;

/** Writes a part of `bytes`, and returns how many it wrote, as a `Deno.Conn` does. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

/** A message in pieces, or a function that makes it when its turn comes. */
export type Message = readonly Uint8Array[] | (() => Uint8Array);

/** Writes messages one after the other, never one inside another. */
export class Outbox implements Disposable {
  readonly #writer: ByteWriter;
  readonly #deadline = new Deadline();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /** Whether a message is still being written. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Writes a message after the ones before it; settles when the kernel has all of it. After a
   * message failed, nothing more is written, because part of it may have been sent.
   *
   * @throws {LateError} when the other side reads nothing for {@linkcode STALL_MS}.
   */
  send(message: Message): Promise<void> {
    this.#waiting++;
    const sent = this.#last.then(() => this.#write(message)).finally(() => this.#waiting--);
    this.#last = sent;
    return sent;
  }

  async #write(message: Message): Promise<void> {
    const pieces = typeof message === "function" ? [message()] : message;
    for (const bytes of pieces) {
      for (let at = 0; at < bytes.length;) {
        const writing = this.#writer.write(at === 0 ? bytes : bytes.subarray(at));
        at += await this.#deadline.within(writing, STALL_MS, stalled);
      }
    }
  }

  /** Stops the clock; the connection is closed by its owner. */
  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}

function stalled(): LateError {
  return new LateError(`it has taken nothing for ${STALL_MS / 1000} s`);
}
