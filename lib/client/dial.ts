/** A connection to a server, up to where the protocol begins. */

import { onAbort } from "../time/on_abort.ts";
import { RefusedError } from "./refused_error.ts";

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
  /** Closes the connection. */
  readonly signal: AbortSignal;
}

/**
 * Connects, with TLS if wanted.
 *
 * @throws {RefusedError} when the server does not speak TLS, or its certificate is not trusted.
 */
export async function dial(
  { hostname, port, tls, ca, signal }: DialOptions,
): Promise<Deno.Conn> {
  const tcp = await Deno.connect({ hostname, port, signal });
  let conn: Deno.Conn = tcp;
  using _ = onAbort(signal, () => conn[Symbol.dispose]());
  try {
    tcp.setNoDelay();
    if (!tls && ca === undefined) return conn;
    const secure = await Deno.startTls(tcp, { hostname, ...ca !== undefined && { caCerts: [ca] } });
    conn = secure;
    signal.throwIfAborted();
    await secure.handshake();
    return conn;
  } catch (error) {
    conn[Symbol.dispose]();
    throw error instanceof Deno.errors.InvalidData ? tlsError(error) : error;
  }
}

function tlsError(cause: Error): RefusedError {
  const why = /invalid peer certificate: (.*)/.exec(cause.message)?.[1];
  if (why === undefined) {
    return new RefusedError("no-tls", `this server does not speak TLS (${cause.message})`, {
      cause,
    });
  }
  const [code, what] = /not valid for (any )?name/i.test(why)
    ? ["other-name", "is for another name"] as const
    : ["untrusted-certificate", "is not trusted"] as const;
  return new RefusedError(code, `this server's certificate ${what} (${why})`, { cause });
}
