/**
 * Ports for programs that cannot pick one themselves.
 *
 * @module
 */

/** A port that nothing listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
