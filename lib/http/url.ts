/** Addresses that stand for all of this machine's. */
const ALL: readonly string[] = ["0.0.0.0", "::"];
/** Addresses that a browser on the same machine reaches by `localhost`. */
const HERE: readonly string[] = ["127.0.0.1", "::1", ...ALL];

/** Whether this address covers all of this machine's, so that other machines can connect. */
export function isEverywhere(hostname: string): boolean {
  return ALL.includes(hostname);
}

/** The URL of an address that this machine listens on, for a browser on the same machine. */
export function urlOf(
  { hostname, port }: Pick<Deno.NetAddr, "hostname" | "port">,
  { cert }: { readonly cert?: string } = {},
): string {
  const host = HERE.includes(hostname) ? "localhost" : bracketed(hostname);
  return `${cert === undefined ? "http" : "https"}://${host}:${port}`;
}

/** An address as URLs write it. */
export function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
