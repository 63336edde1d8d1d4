/**
 * TLS on the server's side, by Node. Deno's own listener leaves Nagle's algorithm on, which held the end
 * of each frame back for up to 40 ms; it has no option for that.
 */

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { TlsConn } from "../flow/tls_conn.ts";
import { TlsLink } from "../flow/tls_link.ts";

/** How much is read at once, in bytes. */
const CHUNK_BYTES = 16 * 1024;

/** Tells a client that does not speak TLS that this server does: Node sends nothing. Fatal, unexpected message. */
const ALERT = new Uint8Array([0x15, 0x03, 0x03, 0, 2, 2, 10]);

/** Makes TLS connections of plain ones. @param cert and `key` as PEM. */
export function tlsServer(cert: string, key: string): (tcp: Deno.TcpConn) => TlsServerConn {
  const secureContext = tls.createSecureContext({ cert, key });
  return (tcp) => new TlsServerConn(tcp, secureContext);
}

/** A client's connection. */
export class TlsServerConn extends TlsConn {
  readonly #tcp: Deno.TcpConn;

  constructor(tcp: Deno.TcpConn, secureContext: tls.SecureContext) {
    const socket = new tls.TLSSocket(streamOf(tcp), { isServer: true, secureContext });
    super(new TlsLink(socket, "secure"));
    this.#tcp = tcp;
  }

  /** The client's address. */
  get remoteAddr(): Deno.Addr {
    return this.#tcp.remoteAddr;
  }

  /** Waits until both sides have agreed on their keys. @throws {Error} of Node when they do not. */
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
