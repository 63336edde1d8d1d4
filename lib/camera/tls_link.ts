import tls from "node:tls";
import type { HttpLink } from "./http_link.ts";

/** Connects with TLS. Cameras sign their certificates themselves, so these are not checked; ffmpeg does as much. */
export async function connectTls(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<HttpLink> {
  const socket = tls.connect({
    ...{ host, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] },
    // An address is no server name.
    servername: /^[\d.]+$|:/.test(host) ? "" : host,
  });
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

/** A TLS connection. Its events tell of its end; its iterator hangs then in Deno 2.9. */
class TlsLink implements HttpLink {
  readonly connected: Promise<void>;
  readonly #socket: tls.TLSSocket;
  readonly #chunks: Uint8Array[] = [];
  #isOver = false;
  #error: Error | undefined;
  #wake = () => {};

  constructor(socket: tls.TLSSocket) {
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
    socket.once("secureConnect", resolve);
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      socket.pause();
      this.#wake();
    });
    socket.on("end", () => over());
    socket.on("close", () => over());
    socket.on("error", over);
  }

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

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
