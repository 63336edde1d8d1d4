/**
 * What a person opens.
 *
 * @module
 */

/** Addresses that are this machine's own, or all of its own. */
const HERE: readonly string[] = ["127.0.0.1", "0.0.0.0", "::1", "::"];

/** The URL of an address that is listened on, as it is opened on the same machine. */
export function urlOf(
  { hostname, port }: Deno.NetAddr,
  { cert }: { readonly cert?: string } = {},
): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${cert === undefined ? "http" : "https"}://${
    HERE.includes(hostname) ? "localhost" : host
  }:${port}`;
}
