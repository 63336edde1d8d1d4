/** The server's sockets, plain or TLS. */

import { ListenError } from "../access/listen_error.ts";
import type { TlsServerConn } from "./tls_server.ts";

/** A client's connection. */
export type ServerConn = Deno.TcpConn | TlsServerConn;

/** Listens. @throws {ListenError} when it cannot. */
export function bind(hostname: string, port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    throw new ListenError(error, "socket", hostname, port);
  }
}

/** Whether a connection is TLS. */
export function isTls(conn: ServerConn): conn is TlsServerConn {
  return "handshake" in conn;
}

/** Node's codes for the same, for TLS. */
const NODE_CODES = new Set(["ECONNRESET", "ECONNABORTED", "EPIPE", "ERR_STREAM_DESTROYED"]);

/** Whether an error only means that this side or the other has closed the connection. */
export function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BadResource ||
    NODE_CODES.has((error as NodeJS.ErrnoException).code ?? "");
}
