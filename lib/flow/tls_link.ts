/** TLS by Node, which shows the other side's certificate. Deno's own TLS does not. */

import { isIP } from "node:net";
import tls from "node:tls";

/**
 * Connects with TLS.
 *
 * @param signal ends the attempt.
 * @throws {Error} of Node, with a `code`.
 */
export async function openTls(
  host: string,
  port: number,
  options: tls.ConnectionOptions,
  signal: AbortSignal,
): Promise<TlsLink> {
  // An address is no server name; the certificate is then checked against the address.
  const servername = isIP(host) ? "" : host;
  const socket = tls.connect({ ...options, host, port, servername });
  socket.setNoDelay();
  const link = new TlsLink(socket);
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    signal.throwIfAborted();
    await link.connected;
    return link;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A TLS connection. It ends by its events, because in Deno 2.9 its iterator then hangs. */
export class TlsLink implements Disposable {
  readonly connected: Promise<void>;
  readonly #socket: tls.TLSSocket;
  readonly #chunks: Uint8Array[] = [];
  #isOver = false;
  #error: Error | undefined;
  #wake = () => {};

  /** @param secured the event at the end of the handshake. */
  constructor(socket: tls.TLSSocket, secured: "secureConnect" | "secure" = "secureConnect") {
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.connected = promise;
    promise.catch(() => {});
    const over = (error?: Error) => {
      this.#error ??= error;
      this.#isOver = true;
      reject(error ?? new Error("the connection was closed"));
      this.#wake();
    };
    socket.once(secured, resolve);
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      socket.pause();
      this.#wake();
    });
    socket.on("end", () => over());
    socket.on("close", () => over());
    socket.on("error", over);
  }

  /** The other side's certificate, as DER. */
  get certificate(): Uint8Array {
    return this.#socket.getPeerCertificate().raw;
  }

  /** The next bytes; undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#isOver) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#socket.resume();
      await promise;
    }
    if (this.#chunks.length === 0 && this.#error) throw this.#error;
    return this.#chunks.shift();
  }

  /** Sends all bytes. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  /** Says that no more bytes come. */
  end(): Promise<void> {
    return new Promise((resolve) => void this.#socket.end(() => resolve()));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
