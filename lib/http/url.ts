/** Addresses of this machine alone, or all of its addresses. */
const HERE: readonly string[] = ["127.0.0.1", "0.0.0.0", "::1", "::"];

/** The URL of an address that this machine listens on, for a browser on the same machine. */
export function urlOf(
  { hostname, port }: Deno.NetAddr,
  { cert }: { readonly cert?: string } = {},
): string {
  const host = HERE.includes(hostname) ? "localhost" : bracketed(hostname);
  return `${cert === undefined ? "http" : "https"}://${host}:${port}`;
}

/** An address as URLs write it. */
export function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
