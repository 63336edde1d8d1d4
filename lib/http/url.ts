/** Addresses that stand for all of this machine's. */
const ALL: readonly string[] = ["0.0.0.0", "::"];
/** Addresses that a browser on the same machine reaches by `localhost`. */
const HERE: readonly string[] = ["127.0.0.1", "::1", ...ALL];

/** Whether other machines reach what listens at this address by any of this machine's. */
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
