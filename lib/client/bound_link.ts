import { openTls, type TlsLink } from "../flow/tls_link.ts";
import { fingerprint } from "../wire/authentication.ts";
import type { ServerLink } from "./server_link.ts";

/** TLS with the certificate known. */
export class BoundLink implements ServerLink {
  readonly certificate: string;
  readonly #link: TlsLink;
  /** What came and was not read yet. */
  #rest: Uint8Array = new Uint8Array();
  #isClosed = false;

  private constructor(link: TlsLink, certificate: string) {
    this.#link = link;
    this.certificate = certificate;
  }

  /** Connects. @param ca an issuer that is trusted too, as PEM. */
  static async open(
    host: string,
    port: number,
    ca: string | undefined,
    signal: AbortSignal,
  ): Promise<BoundLink> {
    const link = await openTls(host, port, ca === undefined ? {} : { ca }, signal);
    return new BoundLink(link, await fingerprint(Uint8Array.from(link.certificate)));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) this.#rest = await this.#link.read() ?? this.#rest;
    // The end that this side has made is no end of the other side.
    if (this.#isClosed) throw new Deno.errors.Interrupted("the connection was closed");
    if (this.#rest.length === 0) return null;
    const piece = this.#rest.subarray(0, buffer.length);
    buffer.set(piece);
    this.#rest = this.#rest.subarray(piece.length);
    return piece.length;
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#link.write(bytes);
    return bytes.length;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#link[Symbol.dispose]();
  }
}
