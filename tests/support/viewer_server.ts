/**
 * The HTTP endpoint with a feed that the test publishes to.
 *
 * @module
 */

import type { KeyPair } from "../../lib/access/certificate.ts";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { type HttpOptions, serveHttp, type ViewerServer } from "../../lib/http/serve_http.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { eventually } from "./eventually.ts";
import { LIVE } from "./feed_state.ts";

/** An endpoint on a port of its own. */
export class TestServer implements AsyncDisposable {
  readonly frames = new Hub<Frame>();
  state: FeedState = LIVE;
  #server!: ViewerServer;

  static async start(options: Partial<HttpOptions> = {}): Promise<TestServer> {
    const server = new TestServer();
    server.#server = await serveHttp(server.frames, {
      port: 0,
      readState: () => server.state,
      ...options,
    });
    return server;
  }

  get port(): number {
    return this.#server.address.port;
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, init);
  }

  /** Shows another certificate from now on. */
  renew(pair: KeyPair): void {
    this.#server.renew(pair);
  }

  /** A connection on which `text` was sent. */
  async say(text: string): Promise<Deno.TcpConn> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await connection.write(new TextEncoder().encode(text));
    return connection;
  }

  /** Waits until there are this many viewers. */
  async viewers(count: number): Promise<void> {
    let seen: number | undefined;
    await eventually(async () => {
      seen = (await (await this.get("/state")).json()).viewerCount;
      return seen === count;
    }, () => `${seen} viewers instead of ${count}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** Reads until the other side ends the connection. */
export async function rest(connection: Deno.Conn): Promise<string> {
  return await new Response(connection.readable).text();
}

/** Reads this many bytes, and no more. */
export async function read(connection: Deno.Conn, bytes: number): Promise<string> {
  const buffer = new Uint8Array(bytes);
  let length = 0;
  while (length < bytes) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder("latin1").decode(buffer.subarray(0, length));
}

/** A request for the stream. */
export const STREAM = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
