/**
 * The sockets of the endpoint. It uses neither `Deno.serve` nor `node:http`. `Deno.serve` passes a
 * stream through a web stream and a second loop in Rust. Here, a frame goes from the mailbox to the
 * connection in one write, which takes two thirds of the time and a third of the memory with a
 * thousand viewers. `node:http` makes objects for all requests that a connection has sent, which
 * may be thousands in one read.
 */

import { createServer, type Server } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { KeyPair } from "../access/certificate.ts";
import { cleanText } from "../access/clean_text.ts";
import type { Respond, Socket } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { handle, type Site, type Sites } from "./handler.ts";
import { text } from "./reply.ts";
import { requestOf } from "./request_head.ts";

/** How long a TLS handshake may take, in milliseconds. */
export const HANDSHAKE_MS = 5000;

/** Creates a server, which does not listen yet; with a certificate in PEM, one of HTTPS. */
export function createHttpServer(connections: Connections, pair?: KeyPair): Server | TlsServer {
  const isPlain = pair === undefined;
  const server = isPlain ? createServer({ noDelay: true }) : createTlsServer({
    ...{ ...pair, noDelay: true, handshakeTimeout: HANDSHAKE_MS, ALPNProtocols: ["http/1.1"] },
  });
  server.on("connection", (socket: Socket) => connections.add(socket, { isPlain }));
  server.on("secureConnection", (socket: Socket) => connections.secure(socket));
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  return server;
}

/** Answers the requests that connections read, as {@linkcode handle} does. */
export function responder(site: Site | Sites): Respond {
  return async (head, { socket, hostname, port }, signal) => {
    let request: Request;
    try {
      request = requestOf(head, signal, socket);
    } catch {
      return text(400, "This is not a valid address");
    }
    try {
      return await handle(site, request, { hostname, port });
    } catch (error) {
      // No error is expected here. If one comes, only this request fails.
      return text(500, `Unexpected error: ${cleanText((error as Error).message)}`);
    }
  };
}
