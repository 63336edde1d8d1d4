/**
 * TLS on the server's side, by Node. Deno's own listener leaves Nagle's algorithm on, which delayed
 * the end of each frame by up to 40 ms; it has no option for that.
 */

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import tls from "node:tls";
import type { KeyPair } from "../access/certificate.ts";
import { TlsConn } from "../flow/tls_conn.ts";
import { TlsLink } from "../flow/tls_link.ts";
import { fingerprint, firstCertificate } from "../wire/authentication.ts";

/** How much is read at once, in bytes. */
const CHUNK_BYTES = 16 * 1024;

/**
 * The alert (fatal, unexpected message) that tells a client without TLS that this server uses it:
 * Node sends none.
 */
const ALERT = new Uint8Array([0x15, 0x03, 0x03, 0, 2, 2, 10]);

/** A server's TLS identity. */
export interface Identity {
  readonly secureContext: tls.SecureContext;
  /** The fingerprint of its certificate. */
  readonly fingerprint: Promise<string>;
}

/** The identity of a certificate with its key. */
export function identityOf({ cert, key }: KeyPair): Identity {
  return {
    secureContext: tls.createSecureContext({ cert, key }),
    fingerprint: fingerprint(firstCertificate(cert)),
  };
}

/** A client's connection. */
export class TlsServerConn extends TlsConn {
  /**
   * The fingerprint of the certificate that this client got, which may have been replaced since.
   */
  readonly fingerprint: Promise<string>;
  readonly #tcp: Deno.TcpConn;

  constructor(tcp: Deno.TcpConn, { secureContext, fingerprint }: Identity) {
    const socket = new tls.TLSSocket(streamOf(tcp), { isServer: true, secureContext });
    super(new TlsLink(socket, "secure"));
    this.#tcp = tcp;
    this.fingerprint = fingerprint;
  }

  /** The client's address. */
  get remoteAddr(): Deno.Addr {
    return this.#tcp.remoteAddr;
  }

  /** Waits for the end of the TLS handshake. @throws {Error} of Node when it fails. */
  async handshake(): Promise<void> {
    try {
      await this.link.connected;
    } catch (error) {
      await this.#tcp.write(ALERT).catch(() => {});
      throw error;
    }
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#tcp[Symbol.dispose]();
  }
}

function streamOf(tcp: Deno.TcpConn): Duplex {
  return new Duplex({
    read() {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      tcp.read(buffer).then(
        (count) => this.push(count === null ? null : buffer.subarray(0, count)),
        (error) => this.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(tcp, chunk).then(() => done(), done);
    },
    final(done) {
      tcp.closeWrite().then(() => done(), done);
    },
  });
}

async function writeAll(tcp: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await tcp.write(bytes.subarray(at));
}
