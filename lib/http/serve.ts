/**
 * The local HTTP endpoint.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import { listenError } from "../flow/listen_error.ts";
import type { Frame } from "../frame/frame.ts";
import { type EncodePng, handle } from "./handler.ts";
import { HostCheck } from "./host_check.ts";
import type { FeedState } from "./state.ts";
import { Viewers } from "./viewers.ts";

/** Options of {@linkcode serveViewers}. */
export interface ServeOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The port; 0 picks one. */
  readonly port: number;
  /** What `/state` says of the frames. */
  readonly readState: () => FeedState;
  /** Makes the PNG of `/snapshot.png`; without it there is none. */
  readonly encodePng?: EncodePng;
  /** Names to answer to, besides this machine's own names and addresses. */
  readonly allowHosts?: readonly string[];
  /** Origins whose pages may read the answers, as CORS has it; `*` is all. */
  readonly allowOrigins?: readonly string[];
}

/** A running endpoint. Closing it ends all streams. */
export interface ViewerServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
}

/**
 * Shows frames to viewers over HTTP.
 *
 * @throws {Error} with the mend in words, when the address cannot be listened on.
 */
export function serveViewers(frames: Hub<Frame>, options: ServeOptions): ViewerServer {
  const { host: hostname, port, readState, encodePng, allowHosts, allowOrigins } = options;
  const viewers = new Viewers(frames);
  const hosts = new HostCheck(allowHosts);
  const site = { frames, viewers, readState, encodePng, hosts, origins: allowOrigins ?? [] };
  const server = bind(hostname, port, (request, info) => {
    const { hostname, port } = info.remoteAddr as Deno.NetAddr;
    return handle(site, request, `${hostname}:${port}`);
  });
  return {
    address: server.addr as Deno.NetAddr,
    async [Symbol.asyncDispose]() {
      // The streams end first: a server waits for its open responses, and these have no end.
      viewers[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

function bind(hostname: string, port: number, handler: Deno.ServeHandler): Deno.HttpServer {
  try {
    return Deno.serve({ hostname, port, onListen: () => {} }, handler);
  } catch (error) {
    throw listenError(error, { hostname, port, option: "--http-port" });
  }
}
