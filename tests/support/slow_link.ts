/**
 * A proxy between server and client with latency and limited bandwidth, which can be cut silently.
 *
 * @module
 */

import { delay } from "@std/async/delay";

/** Properties of a link. */
export interface SlowLinkOptions {
  /** The server's port. */
  readonly port: number;
  readonly mbits?: number;
  readonly roundTripMs?: number;
}

/** How much is forwarded at once, in bytes. */
const CHUNK_BYTES = 4096;
/** How much lost time a link may make up for, in milliseconds. */
const TOLERANCE_MS = 5;

/** Accepts connections on a port of its own and forwards them to the server. */
export class SlowLink implements AsyncDisposable {
  mbits: number;
  readonly #port: number;
  readonly #oneWayMs: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns = new Set<Deno.Conn>();
  readonly #carrying = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #restored: PromiseWithResolvers<void> | undefined;

  constructor({ port, mbits = Infinity, roundTripMs = 0 }: SlowLinkOptions) {
    this.#port = port;
    this.mbits = mbits;
    this.#oneWayMs = roundTripMs / 2;
    this.#track(this.#accept());
  }

  /** The port for clients. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Forwards nothing from now on; both ends stay connected, and new connections still succeed. */
  cut(): void {
    this.#restored = Promise.withResolvers();
  }

  /** Forwards again. */
  restore(): void {
    this.#restored?.resolve();
    this.#restored = undefined;
  }

  #track(work: Promise<void>): void {
    // A closed connection is not a failure of the link.
    const carrying = work.catch(() => {}).finally(() => this.#carrying.delete(carrying));
    this.#carrying.add(carrying);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      for (const conn of [client, server]) {
        conn.setNoDelay();
        this.#conns.add(conn);
      }
      this.#track(this.#carry(server, client, () => this.mbits));
      this.#track(this.#carry(client, server, () => Infinity));
    }
  }

  async #carry(from: Deno.Conn, to: Deno.Conn, mbits: () => number): Promise<void> {
    let through = 0;
    let delivered: Promise<unknown> = Promise.resolve();
    try {
      while (true) {
        const chunk = new Uint8Array(CHUNK_BYTES);
        const length = await from.read(chunk);
        if (length === null) break;
        await this.#restored?.promise;
        // Timers are coarse, so the link makes up for what they lose.
        through = Math.max(through, performance.now() - TOLERANCE_MS) + length / 125 / mbits();
        const early = through - performance.now();
        if (early > 0) await this.#wait(early);
        const arrived = this.#wait(this.#oneWayMs);
        delivered = delivered.then(() => arrived).then(() => this.#write(to, chunk, length));
        delivered.catch(() => {});
      }
      await delivered;
    } finally {
      for (const conn of [from, to]) {
        conn[Symbol.dispose]();
        this.#conns.delete(conn);
      }
    }
  }

  #wait(ms: number): Promise<void> {
    return delay(ms, { signal: this.#closing.signal }).catch(() => {});
  }

  async #write(to: Deno.Conn, chunk: Uint8Array, length: number): Promise<void> {
    for (let at = 0; at < length;) at += await to.write(chunk.subarray(at, length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#closing.abort();
    this.restore();
    for (const conn of this.#conns) conn[Symbol.dispose]();
    while (this.#carrying.size > 0) await Promise.all(this.#carrying);
  }
}
