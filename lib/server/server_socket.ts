/** The server's sockets, plain or TLS. */

import { ListenError } from "../access/listen_error.ts";

/** A client's connection. */
export type ServerConn = Deno.TcpConn | Deno.TlsConn;
/** Where connections come from. */
export type ServerListener = Deno.Listener<ServerConn>;

/** Where to listen, and with which certificate. */
export interface BindOptions {
  readonly hostname: string;
  readonly port: number;
  /** PEM; with `key`, connections are TLS. */
  readonly cert?: string;
  /** PEM. */
  readonly key?: string;
}

/** Listens. @throws {ListenError} when that is not possible. */
export function bind({ hostname, port, cert, key }: BindOptions): ServerListener {
  try {
    return cert !== undefined && key !== undefined
      ? Deno.listenTls({ hostname, port, cert, key })
      : Deno.listen({ hostname, port });
  } catch (error) {
    throw new ListenError(error, "socket", hostname, port);
  }
}

/** Whether a connection is TLS. */
export function isTls(conn: ServerConn): conn is Deno.TlsConn {
  return "handshake" in conn;
}

/** Whether an error only means that this side or the other has closed the connection. */
export function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BadResource;
}
