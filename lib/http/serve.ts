/**
 * The HTTP endpoint that viewers open.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Hub } from "../flow/hub.ts";
import { listenError } from "../flow/listen_error.ts";
import type { Frame } from "../frame/frame.ts";
import { BasicAuth, type Credentials } from "./basic_auth.ts";
import { requestOf, send, sendLast } from "./exchange.ts";
import { type EncodePng, handle, type Site } from "./handler.ts";
import { HostCheck } from "./host_check.ts";
import { Listening } from "./listening.ts";
import { type DrawNotice, Notice } from "./notice.ts";
import type { FeedState } from "./state.ts";
import { text } from "./reply.ts";
import { MAX_VIEWERS, Viewers } from "./viewers.ts";
import { openSocket, SocketResponse } from "./web_socket.ts";

/** How long a request may take to come, in milliseconds. */
export const REQUEST_MS = 10_000;
/** How much may stand before a request's body, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** How many connections there may be at the same time: all viewers, and what else is asked. */
export const MAX_CONNECTIONS = MAX_VIEWERS + 200;

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
  /** Draws what viewers see while no frames come; without it, that is the last one. */
  readonly drawNotice?: DrawNotice;
  /** What viewers must know; without it, everybody may watch. */
  readonly credentials?: Credentials;
  /** A certificate in PEM, to speak TLS; with `key`. */
  readonly cert?: string;
  /** The key of the certificate, in PEM. */
  readonly key?: string;
  /** Names to answer to, besides this machine's own names and addresses. */
  readonly allowHosts?: readonly string[];
  /** Origins whose pages may read the answers, as CORS has it; `*` is all. */
  readonly allowOrigins?: readonly string[];
  /** Is told, again and again, what keeps it from taking viewers in. */
  readonly onTrouble?: (words: string) => void;
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
export async function serveViewers(
  frames: Hub<Frame>,
  options: ServeOptions,
): Promise<ViewerServer> {
  const { host, port, readState, encodePng, drawNotice, credentials } = options;
  const { onTrouble = () => {} } = options;
  const notice = drawNotice && new Notice(frames, readState, drawNotice);
  const viewers = new Viewers(frames, () => notice?.read());
  const site: Site = {
    frames,
    viewers,
    readState,
    encodePng,
    hosts: new HostCheck(options.allowHosts),
    auth: credentials && new BasicAuth(credentials),
    origins: options.allowOrigins ?? [],
  };
  const create = () => {
    const server = createHttpServer(options);
    serveSite(server, site);
    return server;
  };
  let listening: Listening;
  try {
    listening = await Listening.start({ host, port, create, onTrouble });
  } catch (error) {
    viewers[Symbol.dispose]();
    throw listenError(error, { hostname: host, port, option: "--http-port" });
  }
  return {
    address: listening.address,
    async [Symbol.asyncDispose]() {
      viewers[Symbol.dispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}

function createHttpServer({ cert, key }: ServeOptions): Server {
  // Deno knows the callback, and its types do not.
  const limits: ServerOptions & { shouldUpgradeCallback: (request: IncomingMessage) => boolean } = {
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    connectionsCheckingInterval: 1000,
    // What else a client would rather speak (some ask for HTTP/2 this way), it speaks without.
    shouldUpgradeCallback: ({ headers, url = "" }) =>
      /^\/ws(\?|$)/.test(url) && headers.upgrade?.toLowerCase() === "websocket",
  };
  const server = cert === undefined
    ? createServer(limits)
    : createTlsServer({ ...limits, cert, key, handshakeTimeout: REQUEST_MS });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function serveSite(server: Server, site: Site): void {
  const answer = async (incoming: IncomingMessage, isUpgrade: boolean): Promise<Response> => {
    const { remoteAddress, remotePort } = incoming.socket;
    let request: Request;
    try {
      request = requestOf(incoming, isUpgrade);
    } catch {
      return text(400, "This is no address", { connection: "close" });
    }
    try {
      return await handle(site, request, `${remoteAddress}:${remotePort}`);
    } catch (error) {
      // Nothing is known to come here; if something does, one request pays for it.
      return text(500, `This should not happen: ${(error as Error).message}`);
    }
  };
  server.on("request", async (incoming, reply) => {
    reply.on("error", () => {});
    await send(await answer(incoming, false), reply).catch(() => reply.destroy());
  });
  server.on("upgrade", async (incoming, connection, head) => {
    connection.on("error", () => {});
    const response = await answer(incoming, true);
    if (response instanceof SocketResponse) openSocket(response, incoming, connection, head);
    else await sendLast(response, connection);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, connection) => {
    if (!connection.writable || error.code === "ECONNRESET") return void connection.destroy();
    const [status, words] = FAULTS[error.code ?? ""] ?? [400, "This is no HTTP request"];
    void sendLast(text(status, words), connection);
  });
}

const FAULTS: Readonly<Record<string, readonly [status: number, words: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    `The request was not there after ${REQUEST_MS / 1000} s`,
  ],
  HPE_HEADER_OVERFLOW: [
    431,
    `The head of the request is longer than ${MAX_HEAD_BYTES} bytes`,
  ],
};
