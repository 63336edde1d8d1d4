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
  /** How many JPEGs were sent, to all who are connected together. */
  sent = 0;

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
        this.sent++;
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

/** A request to a {@linkcode RawCamera}. */
export interface RawRequest {
  /** Its head, line by line. */
  readonly text: string;
  /** Its path and query. */
  readonly path: string;
  /** Its `Authorization`, if it has one. */
  readonly authorization: string | undefined;
  /** The number of the connection, from 1. */
  readonly number: number;
  /** Sends text, one byte a character, and bytes; false once the connection is closed. */
  send(...pieces: readonly (string | Uint8Array)[]): Promise<boolean>;
  /** Waits until the other side has closed the connection. */
  left(): Promise<void>;
}

/** A network camera that answers, byte for byte, what a test tells it to. */
export class RawCamera implements AsyncDisposable {
  /** All requests so far. */
  readonly requests: RawRequest[] = [];
  readonly port: number;
  readonly #listener: Deno.Listener<Deno.TcpConn | Deno.TlsConn>;
  readonly #connections = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  readonly #scheme: string;

  /**
   * @param respond answers a request; the connection is closed when it returns.
   * @param tls a certificate and its key, both as PEM.
   */
  constructor(
    respond: (request: RawRequest) => Promise<unknown> | undefined,
    { hostname = "127.0.0.1", tls }: {
      readonly hostname?: string;
      readonly tls?: { readonly cert: string; readonly key: string };
    } = {},
  ) {
    this.#listener = tls
      ? Deno.listenTls({ hostname, port: 0, ...tls })
      : Deno.listen({ hostname, port: 0 });
    this.#scheme = tls ? "https" : "http";
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#accepting = this.#accept(respond);
  }

  /** Its URL on 127.0.0.1. */
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/`;
  }

  /** How many connections are open. */
  get connected(): number {
    return this.#connections.size;
  }

  async #accept(respond: (request: RawRequest) => Promise<unknown> | undefined): Promise<void> {
    try {
      for await (const connection of this.#listener) void this.#serve(connection, respond);
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(
    connection: Deno.Conn,
    respond: (request: RawRequest) => Promise<unknown> | undefined,
  ): Promise<void> {
    this.#connections.add(connection);
    try {
      let text = "";
      const buffer = new Uint8Array(4096);
      while (!text.includes("\r\n\r\n")) {
        const count = await connection.read(buffer);
        if (count === null) return;
        text += String.fromCharCode(...buffer.subarray(0, count));
      }
      const request: RawRequest = {
        text,
        path: text.split(" ")[1],
        authorization: /^authorization: (.*)\r$/im.exec(text)?.[1],
        number: this.requests.length + 1,
        send: (...pieces) => send(connection, pieces),
        async left() {
          while (await connection.read(buffer) !== null);
        },
      };
      this.requests.push(request);
      await respond(request);
    } catch {
      // It left.
    } finally {
      this.#connections.delete(connection);
      try {
        connection.close();
      } catch {
        // It is closed already.
      }
    }
  }

  /** Closes all connections, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // It is closed already.
      }
    }
    await this.#accepting;
  }
}

async function send(
  connection: Deno.Conn,
  pieces: readonly (string | Uint8Array)[],
): Promise<boolean> {
  try {
    for (const piece of pieces) {
      const bytes = typeof piece === "string"
        ? Uint8Array.from(piece, (character) => character.charCodeAt(0))
        : piece;
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    }
    return true;
  } catch {
    return false;
  }
}
