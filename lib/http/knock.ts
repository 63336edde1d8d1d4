/**
 * Notices that an endpoint does not take connections any more.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";

/** How long a connection may wait until it is taken, in milliseconds. */
export const KNOCK_MS = 1000;

/** What came of a knock: it was heard, it was not, or there was none to begin with. */
export type Knock = "heard" | "unheard" | { readonly error: unknown };

/**
 * Knocks at an address of this machine: connects, says nothing, and waits until the other side has
 * closed as well, which it can only do once it has taken the connection.
 */
export async function knock({ hostname, port }: Deno.NetAddr): Promise<Knock> {
  let conn: Deno.TcpConn;
  try {
    conn = await Deno.connect({ hostname: REACHED_AT[hostname] ?? hostname, port });
  } catch (error) {
    return { error };
  }
  using _ = conn;
  try {
    await conn.closeWrite();
    while (await deadline(conn.read(new Uint8Array(1)), KNOCK_MS) !== null);
    return "heard";
  } catch (error) {
    return (error as Error).name === "TimeoutError" ? "unheard" : "heard";
  }
}

/** Who listens on all addresses is reached at one of them. */
const REACHED_AT: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
