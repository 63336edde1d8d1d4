/**
 * An endpoint for viewers, with frames by hand.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { type ServeOptions, serveViewers, type ViewerServer } from "../../lib/http/serve.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { LIVE } from "./feed_state.ts";

/** How long it may take until as many watch as should, in milliseconds. */
const PATIENCE_MS = 20_000;

/** One on a port of its own. */
export class TestServer implements AsyncDisposable {
  readonly frames = new Hub<Frame>();
  state: FeedState = LIVE;
  #server!: ViewerServer;

  static async start(options: Partial<ServeOptions> = {}): Promise<TestServer> {
    const server = new TestServer();
    server.#server = await serveViewers(server.frames, {
      host: "127.0.0.1",
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

  /** A connection on which `text` has been said. */
  async say(text: string): Promise<Deno.TcpConn> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await connection.write(new TextEncoder().encode(text));
    return connection;
  }

  /** Waits until so many watch. */
  async viewers(count: number): Promise<void> {
    const state = async () => (await (await this.get("/state")).json()).viewers.length;
    const until = async () => {
      while (await state() !== count);
    };
    await deadline(until(), PATIENCE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** All that comes until the other side ends the connection. */
export async function rest(connection: Deno.TcpConn): Promise<string> {
  return await new Response(connection.readable).text();
}

/** Reads as much, and no more. */
export async function read(connection: Deno.TcpConn, bytes: number): Promise<string> {
  const buffer = new Uint8Array(bytes);
  let length = 0;
  while (length < bytes) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder("latin1").decode(buffer.subarray(0, length));
}

/** Asks for the stream. */
export const STREAM = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
