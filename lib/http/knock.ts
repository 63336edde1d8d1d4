/** Finds out whether an endpoint still accepts connections. */

import { LateError, within } from "../time/deadline.ts";

/** How long a connection may wait to be accepted, in milliseconds. */
export const KNOCK_MS = 1000;

/** What came of a knock: somebody heard it, nobody did, or there was no connection at all. */
export type Knock = "heard" | "unheard" | { readonly error: unknown };

/**
 * Knocks at an address of this machine: connects, says nothing, and waits until the other side
 * closes too, for which it must have accepted the connection.
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
    while (await within(conn.read(new Uint8Array(1)), KNOCK_MS, "unheard") !== null);
    return "heard";
  } catch (error) {
    return error instanceof LateError ? "unheard" : "heard";
  }
}

/** Where to reach a server that listens on all addresses. */
const REACHED_AT: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
