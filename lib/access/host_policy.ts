import { isIP } from "node:net";

/** How long this machine's names are remembered, in milliseconds: they may change. */
const REMEMBER_MS = 10_000;

/**
 * Domains that a local network's router may append to this machine's name. The public name system
 * has none of them (RFC 6762, RFC 8375, ICANN's list of names that are not delegated), so nobody
 * outside can point such a name at this machine. With any other domain somebody could: `fritz.box`
 * was sold.
 */
const PRIVATE_ENDINGS: readonly string[] = ["local", "home.arpa", "internal", "lan", "home"];

/**
 * The host names that the HTTP endpoint answers to: this machine's, and additional allowed ones.
 *
 * A page on the web can point its own name at this machine (DNS rebinding). To the browser, that
 * page and this endpoint would then be one site. But its requests carry the page's name as `Host`.
 * An address is always accepted, because DNS rebinding needs a name.
 */
export class HostPolicy {
  readonly #allowed: ReadonlySet<string>;
  #own: ReadonlySet<string> = new Set();
  #ownAt = -Infinity;

  /** Creates a policy. @param allowed additional host names; `*` is all. */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = new Set(allowed.map(normalize));
  }

  /** Whether a request for this host name or address is meant for this machine. */
  accepts(host: string): boolean {
    const name = normalize(host);
    if (isIP(name) !== 0 || this.#allowed.has(name) || this.#allowed.has("*")) return true;
    if (performance.now() > this.#ownAt + REMEMBER_MS) {
      this.#own = ownNames();
      this.#ownAt = performance.now();
    }
    return this.#own.has(name);
  }

  /** Whether a host name is an additional allowed one. */
  allows(host: string): boolean {
    return this.#allowed.has(normalize(host));
  }
}

function ownNames(): Set<string> {
  const name = Deno.hostname();
  const short = name.split(".")[0];
  const names = PRIVATE_ENDINGS.map((ending) => `${short}.${ending}`);
  return new Set(["localhost", name, short, ...names].map(normalize));
}

/** Lower case, without brackets, zone, or the dot that ends a fully qualified name. */
function normalize(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "").replace(/%.*$/, "").replace(/\.$/, "");
}
