/**
 * The server's sockets, plain or TLS.
 *
 * @module
 */

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
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Error(
        `Port ${port} is taken; end the program that has it, or choose another with --port`,
      );
    }
    throw new Error(`Cannot listen on ${hostname}:${port}: ${(error as Error).message}`);
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
