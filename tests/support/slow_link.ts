/**
 * A link between server and client, in this process: far, narrow, and it can be cut without a word.
 *
 * @module
 */

import { delay } from "@std/async/delay";

/** What a link is like. */
export interface SlowLinkOptions {
  /** Where the server listens. */
  readonly port: number;
  readonly mbits?: number;
  readonly roundTripMs?: number;
}

/** How much is carried at once, in bytes. */
const CHUNK_BYTES = 4096;
/** How much of its time a link may make up for, in milliseconds. */
const TOLERANCE_MS = 5;

/** Takes connections on a port of its own and carries them to the server's. */
export class SlowLink implements AsyncDisposable {
  mbits: number;
  readonly #port: number;
  readonly #oneWayMs: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns = new Set<Deno.Conn>();
  readonly #carrying = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #mended: PromiseWithResolvers<void> | undefined;

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

  /** Carries nothing from now on, without a word to either end; connections can still be made. */
  cut(): void {
    this.#mended = Promise.withResolvers();
  }

  /** Carries again. */
  mend(): void {
    this.#mended?.resolve();
    this.#mended = undefined;
  }

  #track(work: Promise<void>): void {
    // An end that has left is no failure of the link.
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
        await this.#mended?.promise;
        // Timers are coarse: what they lose is caught up with.
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
    this.mend();
    for (const conn of this.#conns) conn[Symbol.dispose]();
    while (this.#carrying.size > 0) await Promise.all(this.#carrying);
  }
}
