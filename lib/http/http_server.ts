import { createServer, type IncomingMessage, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { requestOf, send, sendLast, sendUpgrade } from "./exchange.ts";
import { handle, type Site } from "./handler.ts";
import { text } from "./reply.ts";
import { MAX_VIEWERS } from "./viewers.ts";

/** How long a request may take to arrive, in milliseconds. */
export const REQUEST_MS = 10_000;
/** How long the head of a request may be, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** How many connections there may be at the same time: all viewers, and other requests. */
export const MAX_CONNECTIONS = MAX_VIEWERS + 200;

/** Creates a server of a site, which does not listen yet; with a certificate in PEM, one of HTTPS. */
export function createHttpServer(
  site: Site,
  { cert, key }: { readonly cert?: string; readonly key?: string },
): Server {
  // Deno supports the callback, but its types do not have it.
  const limits: ServerOptions & { shouldUpgradeCallback: (request: IncomingMessage) => boolean } = {
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    connectionsCheckingInterval: 1000,
    // Some clients ask for HTTP/2 this way; they get HTTP/1.1.
    shouldUpgradeCallback: ({ headers, url = "" }) =>
      /^\/ws(\?|$)/.test(url) && headers.upgrade?.toLowerCase() === "websocket",
  };
  const server = cert === undefined
    ? createServer(limits)
    : createTlsServer({ ...limits, cert, key, handshakeTimeout: REQUEST_MS });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("request", async (incoming, reply) => {
    reply.on("error", () => {});
    await send(await answer(site, incoming, false), reply).catch(() => reply.destroy());
  });
  server.on("upgrade", async (incoming, connection, head) => {
    connection.on("error", () => {});
    const response = await answer(site, incoming, true);
    await sendUpgrade(response, incoming, head).catch(() => connection.destroy());
  });
  server.on("clientError", (error: NodeJS.ErrnoException, connection) => {
    if (!connection.writable || error.code === "ECONNRESET") return void connection.destroy();
    const [status, words] = FAULTS[error.code ?? ""] ?? [400, "This is not an HTTP request"];
    void sendLast(text(status, words), connection);
  });
  return server;
}

async function answer(
  site: Site,
  incoming: IncomingMessage,
  isUpgrade: boolean,
): Promise<Response> {
  const { remoteAddress: hostname = "", remotePort: port = 0 } = incoming.socket;
  let request: Request;
  try {
    request = requestOf(incoming, isUpgrade);
  } catch {
    return text(400, "This is not a valid address", { connection: "close" });
  }
  try {
    return await handle(site, request, { hostname, port });
  } catch (error) {
    // Nothing is known to throw here. If something does, only this request fails.
    return text(500, `Unexpected error: ${(error as Error).message}`);
  }
}

const FAULTS: Readonly<Record<string, readonly [status: number, words: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, `The request did not arrive within ${REQUEST_MS / 1000} s`],
  HPE_HEADER_OVERFLOW: [431, `The head of the request is longer than ${MAX_HEAD_BYTES} bytes`],
};
