/** Opens a connection to a server, up to the start of the protocol. */

import { onAbort } from "../time/on_abort.ts";
import type { ServerLink } from "./server_link.ts";
import { tlsRefusal } from "./tls_refusal.ts";

/** Options of {@linkcode dial}. */
export interface DialOptions {
  /** The server's name or address. */
  readonly hostname: string;
  /** The server's port. */
  readonly port: number;
  /** Whether to speak TLS. */
  readonly tls?: boolean;
  /** An issuer whose certificates are trusted too, as PEM; implies `tls`. */
  readonly ca?: string;
  /** Whether the server's certificate must be known, because a proof is bound to it. */
  readonly isBound: boolean;
  /** Closes the connection. */
  readonly signal: AbortSignal;
}

/**
 * Connects, with TLS if wanted.
 *
 * @throws {RefusedError} when the server does not speak TLS, or its certificate is not trusted.
 */
export async function dial(options: DialOptions): Promise<ServerLink> {
  const { hostname, port, ca, tls = ca !== undefined, isBound, signal } = options;
  if (!tls) return await connectTcp(hostname, port, signal);
  try {
    if (!isBound) {
      return await startTls(await connectTcp(hostname, port, signal), hostname, ca, signal);
    }
    // Node's TLS takes 11 MB.
    const [{ openTls }, { TlsConn }] = await Promise.all([
      import("../flow/tls_link.ts"),
      import("../flow/tls_conn.ts"),
    ]);
    return new TlsConn(await openTls(hostname, port, ca === undefined ? {} : { ca }, signal));
  } catch (error) {
    throw tlsRefusal(error as Error) ?? error;
  }
}

async function connectTcp(
  hostname: string,
  port: number,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname, port, signal });
  conn.setNoDelay();
  return conn;
}

async function startTls(
  tcp: Deno.TcpConn,
  hostname: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  let conn: Deno.Conn = tcp;
  using _ = onAbort(signal, () => conn[Symbol.dispose]());
  try {
    const secure = await Deno.startTls(tcp, { hostname, ...ca !== undefined && { caCerts: [ca] } });
    conn = secure;
    signal.throwIfAborted();
    await secure.handshake();
    return secure;
  } catch (error) {
    conn[Symbol.dispose]();
    throw error;
  }
}
