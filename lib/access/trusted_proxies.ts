import { BlockList, isIP } from "node:net";

/** An address, or a network: an address with the length of its prefix. */
const PROXY = /^([^/]+?)(?:\/(\d{1,3}))?$/;
/** An address as some proxies write it: with a port, and then in brackets if it is IPv6. */
const HOP = /^(?:\[([^\]]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+)(?::\d{1,5})?|([^[\]]+))$/;

/**
 * Proxies that may name the viewer's address. Anybody can send `X-Forwarded-For`, and a proxy
 * appends to what it got. So it is read from its end, and only as far as trusted proxies wrote it.
 */
export class TrustedProxies {
  readonly #trusted = new BlockList();

  /**
   * Creates it.
   *
   * @param proxies addresses, and networks such as `10.0.0.0/8`.
   * @throws {TypeError} when one of them is neither.
   */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [, address = "", length] = PROXY.exec(proxy) ?? [];
      const version = versionOf(address);
      const bits = version === 4 ? 32 : 128;
      const prefix = Number(length ?? bits);
      // Without a prefix, everybody could forge an address.
      if (version === 0 || prefix < 1 || prefix > bits) {
        throw new TypeError(`${proxy} is not an address: 127.0.0.1, 10.0.0.0/8 or fd00::/8`);
      }
      this.#trusted.addSubnet(address, prefix, `ipv${version}`);
    }
  }

  /**
   * The address that sent a request.
   *
   * @param peer the address that the connection comes from.
   * @param forwarded its `X-Forwarded-For`.
   */
  senderOf(peer: string, forwarded: string | null): string {
    let sender = peer;
    for (const hop of forwarded?.split(",").reverse() ?? []) {
      if (!this.#trusts(sender)) break;
      const [, bracketed, withPort, bare] = HOP.exec(hop.trim()) ?? [];
      const address = bracketed ?? withPort ?? bare ?? "";
      // No proxy writes anything but an address: the sender is unknown, and this is the last known
      // hop.
      if (versionOf(address) === 0) break;
      sender = plain(address);
    }
    return sender;
  }

  #trusts(address: string): boolean {
    const known = plain(address);
    const version = versionOf(known);
    return version !== 0 && this.#trusted.check(known, `ipv${version}`);
  }
}

/** The version of an address without a zone; 0 if it is not an address. */
function versionOf(address: string): 0 | 4 | 6 {
  return address.includes("%") ? 0 : isIP(address) as 0 | 4 | 6;
}

/** The IPv4 address in an IPv6 notation, which sockets for both use. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
