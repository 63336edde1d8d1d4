/**
 * A network camera: a real HTTP server that streams the JPEGs it gets, whole or torn, in place of
 * cameras with faults.
 *
 * @module
 */

/** Streams JPEGs to all who are connected. */
export class NetworkCamera implements AsyncDisposable {
  readonly #controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(port: number = 0) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, () => {
      let mine: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          mine = controller;
          controller.enqueue(new TextEncoder().encode("--b\r\n"));
          this.#controllers.add(controller);
        },
        cancel: () => {
          this.#controllers.delete(mine);
        },
      });
      const headers = { "content-type": "multipart/x-mixed-replace;boundary=b" };
      return new Response(body, { headers });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Sends a JPEG; one that cannot be sent is lost, as with a real camera. */
  send(jpeg: Uint8Array): void {
    const header = `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    const part = [new TextEncoder().encode(header), jpeg, new TextEncoder().encode("\r\n--b\r\n")];
    for (const controller of this.#controllers) {
      try {
        for (const bytes of part) controller.enqueue(bytes);
      } catch {
        // Its connection ended between two parts.
        this.#controllers.delete(controller);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const controller of this.#controllers) controller.close();
    this.#controllers.clear();
    await this.#server.shutdown();
  }
}
