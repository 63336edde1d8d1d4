/**
 * The server's sockets, plain or TLS.
 *
 * @module
 */

import { listenError } from "../flow/listen_error.ts";
import type { ListenOptions } from "./listener.ts";

/** A client's connection. */
export type ServerConn = Deno.TcpConn | Deno.TlsConn;
/** What gives them. */
export type ServerListener = Deno.Listener<ServerConn>;

/**
 * Listens.
 *
 * @throws {Error} with the mend in words, when that cannot be.
 */
export function bind({ host: hostname, port, cert, key }: ListenOptions): ServerListener {
  try {
    return cert !== undefined && key !== undefined
      ? Deno.listenTls({ hostname, port, cert, key })
      : Deno.listen({ hostname, port });
  } catch (error) {
    throw listenError(error, { hostname, port, option: "--port" });
  }
}

/** Whether a connection is TLS. */
export function isTls(conn: ServerConn): conn is Deno.TlsConn {
  return "handshake" in conn;
}

/** Whether an error is just that the other side, or this one, has closed the connection. */
export function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BadResource;
}
