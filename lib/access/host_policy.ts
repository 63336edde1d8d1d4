/** How long this machine's names and addresses are remembered, in milliseconds: they may change. */
const REMEMBER_MS = 10_000;

/**
 * Which host names the HTTP endpoint answers to: this machine's, and those that are allowed besides.
 *
 * A page on the web can point its own name at this machine (DNS rebinding). To the browser, that
 * page and this endpoint would then be one site. But its requests carry the page's name as `Host`.
 */
export class HostPolicy {
  readonly #allowed: ReadonlySet<string>;
  #own: ReadonlySet<string> = new Set();
  #ownAt = -Infinity;

  /** Creates a policy. @param allowed host names that it answers to besides its own. */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = new Set(allowed.map(normalize));
  }

  /** Whether a request for this host name or address is meant for this machine. */
  accepts(host: string): boolean {
    const name = normalize(host);
    if (this.#allowed.has(name)) return true;
    if (performance.now() > this.#ownAt + REMEMBER_MS) {
      this.#own = ownNames();
      this.#ownAt = performance.now();
    }
    return this.#own.has(name);
  }
}

function ownNames(): Set<string> {
  const name = Deno.hostname();
  const short = name.split(".")[0];
  const addresses = Deno.networkInterfaces().map(({ address }) => address);
  return new Set(
    ["localhost", "127.0.0.1", "::1", name, short, `${short}.local`, ...addresses].map(normalize),
  );
}

/** Lower case, without brackets, zone, or the dot that ends a fully qualified name. */
function normalize(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "").replace(/%.*$/, "").replace(/\.$/, "");
}
