/**
 * Which names this endpoint answers to.
 *
 * A page on the web can point a name of its own at this machine (DNS rebinding), and would then be
 * one with it in the browser's eyes: free to watch. But its requests carry that name.
 *
 * @module
 */

/** How long this machine's addresses are remembered, in milliseconds: they may change. */
const REMEMBER_MS = 10_000;

/** Knows this machine's names and addresses, and those that are allowed besides. */
export class HostCheck {
  readonly #allowed: ReadonlySet<string>;
  #own: ReadonlySet<string> = new Set();
  #ownAt = -Infinity;

  /** Makes a check. @param allowed names that it answers to besides its own. */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = new Set(allowed.map(normal));
  }

  /** Whether a request for this host name or address is meant for this machine. */
  accepts(hostname: string): boolean {
    const name = normal(hostname);
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
    ["localhost", "127.0.0.1", "::1", name, short, `${short}.local`, ...addresses].map(normal),
  );
}

/** Without case, brackets and zone, and without the dot that a full name may end in. */
function normal(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$/g, "").replace(/%.*$/, "").replace(/\.$/, "");
}
