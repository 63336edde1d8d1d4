/**
 * What a client sends, one payload after the other, within limits of length and time.
 *
 * @module
 */

import { LateError, Patience } from "../flow/within.ts";
import { MessageDecoder } from "./message_decoder.ts";
import { greetingLimit, MESSAGE_MS } from "./protocol.ts";

/** How much is read at once, in bytes. */
const CHUNK_BYTES = 16 * 1024;

/** Reads payloads off a connection. */
export class Incoming implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #patience = new Patience();
  readonly #buffer = new Uint8Array(CHUNK_BYTES);
  readonly #decoder = new MessageDecoder((first) => this.limit(first));
  #payloads: Iterator<Uint8Array, void> = this.#decoder.push(new Uint8Array(0));
  #begunAt: number | undefined;
  /** The most bytes a payload may have, by its first byte; until it is greeted, a client gets few. */
  limit: (first: number) => number = greetingLimit;
  /** How long the client may say nothing between two messages, in milliseconds. */
  patienceMs = Infinity;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /**
   * The next payload; undefined when the client sends no more.
   *
   * @throws {ProtocolError} when a payload is longer than it may be.
   * @throws {LateError} when a message is not finished in time, or none comes in time. Either way
   * the connection must be closed.
   */
  async next(): Promise<Uint8Array | undefined> {
    while (true) {
      const { value, done } = this.#payloads.next();
      if (!done) {
        this.#begunAt = undefined;
        return value;
      }
      if (this.#decoder.isAmidMessage) this.#begunAt ??= performance.now();
      const length = await this.#read();
      if (length === null) return undefined;
      this.#payloads = this.#decoder.push(this.#buffer.subarray(0, length));
    }
  }

  #read(): Promise<number | null> {
    const reading = this.#conn.read(this.#buffer);
    if (this.#begunAt === undefined) {
      const { patienceMs } = this;
      const silent = () => new LateError(`it has said nothing for ${patienceMs / 1000} s`);
      return this.#patience.within(patienceMs, reading, silent);
    }
    const left = Math.max(0, this.#begunAt + MESSAGE_MS - performance.now());
    const slow = () =>
      new LateError(`it began a message and did not finish it within ${MESSAGE_MS / 1000} s`);
    return this.#patience.within(left, reading, slow);
  }

  /** Waits for nothing more; the connection is closed by its owner. */
  [Symbol.dispose](): void {
    this.#patience[Symbol.dispose]();
  }
}
