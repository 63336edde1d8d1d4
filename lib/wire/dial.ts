/**
 * A client's way to a server, as far as the protocol begins.
 *
 * @module
 */

import { RefusedError } from "./refused_error.ts";

/** Options of {@linkcode dial}. */
export interface DialOptions {
  /** The server's name or address. */
  readonly hostname: string;
  /** The server's port. */
  readonly port: number;
  /** Whether to speak TLS. */
  readonly tls?: boolean;
  /** Whose certificates are trusted, as PEM, besides those that the system trusts; means TLS. */
  readonly ca?: string;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

/**
 * Connects, by TLS if that is wanted.
 *
 * @throws {RefusedError} when the server does not speak TLS, or its certificate is not trusted.
 */
export async function dial(
  { hostname, port, tls, ca, signal }: DialOptions,
): Promise<Deno.Conn> {
  const tcp = await Deno.connect({ hostname, port, signal });
  let conn: Deno.Conn = tcp;
  const close = () => conn[Symbol.dispose]();
  signal.addEventListener("abort", close);
  try {
    tcp.setNoDelay();
    if (!tls && ca === undefined) return conn;
    const secure = await Deno.startTls(tcp, { hostname, ...ca !== undefined && { caCerts: [ca] } });
    conn = secure;
    signal.throwIfAborted();
    await secure.handshake();
    return conn;
  } catch (error) {
    close();
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    const why = /invalid peer certificate: (.*)/.exec(error.message)?.[1];
    throw new RefusedError(
      why
        ? `this server's certificate is not trusted (${why}); name its issuer with --ca FILE`
        : `this server does not speak TLS (${error.message}); leave out --tls and --ca`,
    );
  } finally {
    signal.removeEventListener("abort", close);
  }
}
