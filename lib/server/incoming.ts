/** Reads a client's payloads, within limits of length and time. */

import { Deadline, LateError } from "../time/deadline.ts";
import { ControlRate } from "../wire/control_rate.ts";
import { greetingLimit, type PayloadLimit } from "../wire/limits.ts";
import { MessageDecoder } from "../wire/message_decoder.ts";
import { CLIENT_CONTROL_BYTES, MESSAGE_MS } from "../wire/protocol.ts";
import type { ServerConn } from "./server_socket.ts";

/** How much is read at once, in bytes. */
const CHUNK_BYTES = 16 * 1024;

/** Reads payloads off a connection. */
export class Incoming implements Disposable {
  readonly #conn: ServerConn;
  readonly #deadline = new Deadline();
  readonly #buffer = new Uint8Array(CHUNK_BYTES);
  readonly #decoder = new MessageDecoder((first) => this.limit(first));
  #payloads = this.#decoder.push(new Uint8Array(0));
  readonly #controls = new ControlRate(CLIENT_CONTROL_BYTES);
  #begunAt: number | undefined;
  /** The most bytes of a payload; few until the greeting was answered. */
  limit: PayloadLimit = greetingLimit;
  /** How long the client may be silent between two messages, in milliseconds. */
  silenceMs = Infinity;

  constructor(conn: ServerConn) {
    this.#conn = conn;
  }

  /**
   * The next payload; undefined when the client sends no more.
   *
   * @throws {ProtocolError} when a payload is too long, or too many control messages came in a second.
   * @throws {LateError} when a message takes too long, or none comes in time. In both cases the
   *   caller closes the connection.
   */
  async next(): Promise<Uint8Array | undefined> {
    while (true) {
      const { value, done } = this.#payloads.next();
      if (!done) {
        this.#begunAt = undefined;
        this.#controls.count(value.bytes);
        return value.bytes;
      }
      if (this.#decoder.isAmidMessage) this.#begunAt ??= performance.now();
      const length = await this.#read();
      if (length === null) return undefined;
      this.#payloads = this.#decoder.push(this.#buffer.subarray(0, length));
    }
  }

  #read(): Promise<number | null> {
    const reading = this.#conn.read(this.#buffer);
    const { silenceMs } = this;
    if (this.#begunAt === undefined) {
      return this.#deadline.within(
        reading,
        silenceMs,
        () => new LateError(`it has been silent for ${silenceMs / 1000} s`),
      );
    }
    return this.#deadline.within(
      reading,
      Math.max(0, this.#begunAt + MESSAGE_MS - performance.now()),
      () => new LateError(`it did not finish a message within ${MESSAGE_MS / 1000} s`),
    );
  }

  /** Stops the clock; the connection is closed by its owner. */
  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}
