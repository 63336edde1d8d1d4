import type { TlsLink } from "./tls_link.ts";

/** A {@linkcode TlsLink} that is read and written like a `Deno.Conn`. */
export class TlsConn implements Disposable {
  protected readonly link: TlsLink;
  /** Bytes that have come and were not read yet. */
  #rest: Uint8Array = new Uint8Array();
  #isClosed = false;

  constructor(link: TlsLink) {
    this.link = link;
  }

  /** The other side's certificate, as DER. */
  get certificate(): Uint8Array {
    return this.link.certificate;
  }

  /** Reads into `buffer`; returns how many bytes, or null at the end. */
  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) this.#rest = await this.link.read() ?? this.#rest;
    // This side's end is not the other side's.
    if (this.#isClosed) throw new Deno.errors.Interrupted("the connection was closed");
    if (this.#rest.length === 0) return null;
    const piece = this.#rest.subarray(0, buffer.length);
    buffer.set(piece);
    this.#rest = this.#rest.subarray(piece.length);
    return piece.length;
  }

  /** Sends all bytes; returns their number. */
  async write(bytes: Uint8Array): Promise<number> {
    await this.link.write(bytes);
    return bytes.length;
  }

  /** Says that no more bytes come. */
  async closeWrite(): Promise<void> {
    await this.link.end();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.link[Symbol.dispose]();
  }
}
