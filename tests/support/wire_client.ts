/**
 * A client that a test controls message by message.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { PATIENCE_MS } from "./eventually.ts";

/** A payload with its length in front. */
export function framed(payload: Uint8Array | object): Uint8Array<ArrayBuffer> {
  const bytes = payload instanceof Uint8Array
    ? payload
    : new TextEncoder().encode(JSON.stringify(payload));
  const message = new Uint8Array(4 + bytes.length);
  new DataView(message.buffer).setUint32(0, bytes.length);
  message.set(bytes, 4);
  return message;
}

/** One connection to a server. */
export class WireClient implements Disposable {
  readonly #conn: Deno.TcpConn | Deno.TlsConn;
  #buffer = new Uint8Array(0);

  private constructor(conn: Deno.TcpConn | Deno.TlsConn) {
    this.#conn = conn;
  }

  /** A client of a connection that was accepted. */
  static of(conn: Deno.TcpConn | Deno.TlsConn): WireClient {
    return new WireClient(conn);
  }

  static async connect(port: number): Promise<WireClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay();
    return new WireClient(conn);
  }

  /** This end's address and port, as the server sees and logs them. */
  get address(): string {
    const { hostname, port } = this.#conn.localAddr;
    return `${hostname}:${port}`;
  }

  /** Writes raw bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** Writes a payload with its length in front. */
  async send(payload: Uint8Array | object): Promise<void> {
    await this.write(framed(payload));
  }

  /** Acknowledges a frame. */
  acknowledge(): Promise<void> {
    return this.send(new Uint8Array(0));
  }

  /** Reads the next payload; undefined if the server closed the connection. */
  async payload(): Promise<Uint8Array | undefined> {
    const header = await this.#take(4);
    if (!header) return undefined;
    return await this.#take(new DataView(header.buffer).getUint32(0));
  }

  /** Reads the next control message; a frame is `{ type: "frame", bytes }`. */
  // deno-lint-ignore no-explicit-any -- whatever the server sends
  async message(): Promise<any> {
    const payload = await this.payload();
    if (!payload) return undefined;
    if (payload[0] === 0xff) return { type: "frame", bytes: payload };
    return JSON.parse(new TextDecoder().decode(payload));
  }

  /** Reads the next message of a type and skips those before it. */
  // deno-lint-ignore no-explicit-any -- whatever the server sends
  async messageOf(type: string): Promise<any> {
    while (true) {
      const message = await this.message();
      if (!message || message.type === type) return message;
    }
  }

  /** Closes this end for writing and continues to read. */
  async halfClose(): Promise<void> {
    await this.#conn.closeWrite();
  }

  async #take(length: number): Promise<Uint8Array | undefined> {
    const chunk = new Uint8Array(65_536);
    while (this.#buffer.length < length) {
      let count: number | null;
      try {
        count = await deadline(this.#conn.read(chunk), PATIENCE_MS);
      } catch (error) {
        if (error instanceof Deno.errors.ConnectionReset) return undefined;
        throw error;
      }
      if (count === null) return undefined;
      const joined = new Uint8Array(this.#buffer.length + count);
      joined.set(this.#buffer);
      joined.set(chunk.subarray(0, count), this.#buffer.length);
      this.#buffer = joined;
    }
    const bytes = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#conn[Symbol.dispose]();
  }
}
