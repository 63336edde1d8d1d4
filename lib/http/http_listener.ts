import type { AddressInfo, Server } from "node:net";

import { isOutOfDescriptors, ListenError, OUT_OF_DESCRIPTORS } from "../access/listen_error.ts";
import { LateError, within } from "../time/deadline.ts";

/** How often to check whether connections are still accepted, in milliseconds. */
const CHECK_MS = 2000;
/** How long a connection may wait to be accepted, in milliseconds. */
const KNOCK_MS = 1000;
/** How long it may take to close, in milliseconds. */
export const CLOSE_MS = 1000;

/** The report when connections were not accepted, and are again. */
export const NOT_ACCEPTING = "The viewers' port accepted no connections; it listens again";

/** Options of {@linkcode HttpListener.start}. */
export interface HttpListenerOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The port; 0 picks one. */
  readonly port: number;
  /** Creates a server. Its connections may outlive its listening. */
  readonly create: () => Server;
  /** Called, again and again, with the error that keeps it from accepting connections. */
  readonly onTrouble: (reason: string) => void;
}

/**
 * Listens, and listens again when connections are no longer accepted: in Deno, `node:net` stops
 * accepting, without an error and for good, once there was no free file descriptor for a
 * connection. In `poll_tcp_handle()`, an error of `poll_accept()` ends the loop and leaves nobody
 * to be woken (https://github.com/denoland/deno/blob/v2.9.5/libs/core/uv_compat/tcp.rs).
 * `Deno.listen()` had a similar fault (https://github.com/denoland/deno/issues/10148); we know no
 * issue about this one. Disposing of it stops listening, and waits for the connections to end, but
 * not for long.
 */
export class HttpListener implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  readonly #options: HttpListenerOptions;
  readonly #servers = new Set<Server>();
  readonly #timer: ReturnType<typeof setInterval>;
  #server: Server;
  /** How many connections were accepted. */
  #accepted = 0;
  #checking: Promise<void> | undefined;
  #closed = false;

  private constructor(server: Server, options: HttpListenerOptions) {
    const { address, port } = server.address() as AddressInfo;
    this.address = { transport: "tcp", hostname: address, port };
    this.#options = options;
    this.#server = this.#use(server);
    this.#timer = setInterval(() => {
      this.#checking ??= this.#check().finally(() => this.#checking = undefined);
    }, CHECK_MS);
  }

  /** Starts to listen; rejects with the system's error when the address cannot be listened on. */
  static async start(options: HttpListenerOptions): Promise<HttpListener> {
    const server = options.create();
    await bind(server, options.host, options.port);
    return new HttpListener(server, options);
  }

  #use(server: Server): Server {
    server.on("connection", () => this.#accepted++);
    this.#servers.add(server);
    return server;
  }

  async #check(): Promise<void> {
    const before = this.#accepted;
    // Twice, because this program itself may have been busy the first time.
    for (let times = 0; times < 2; times++) {
      const outcome = await knock(this.address).catch((error) => ({ error }));
      // In a crowd, the knock is answered late, but connections are accepted.
      const isHeard = outcome === "heard" || outcome === "unheard" && this.#accepted > before;
      if (isHeard || this.#closed) return;
      if (outcome !== "unheard" && isOutOfDescriptors(outcome.error)) {
        return this.#options.onTrouble(OUT_OF_DESCRIPTORS);
      }
    }
    await this.#listenAgain();
  }

  async #listenAgain(): Promise<void> {
    const { create, onTrouble } = this.#options;
    const { hostname, port } = this.address;
    // The old server stops listening, and ends once its viewers have left.
    const deaf = this.#server;
    deaf.close(() => this.#servers.delete(deaf));
    const server = create();
    try {
      await bind(server, hostname, port);
    } catch (error) {
      // The next check fails, and tries again.
      return onTrouble(new ListenError(error, "http", hostname, port).message);
    }
    this.#server = this.#use(server);
    if (this.#closed) server.close();
    else onTrouble(NOT_ACCEPTING);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const servers = [...this.#servers];
    const closing = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    const ended = Promise.all([this.#checking, ...closing]);
    await within(ended, CLOSE_MS, "connections are still open").catch(() => {});
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
}

/**
 * Knocks at an address of this machine: connects, sends nothing, and waits until the other side
 * closes, too, which it can only do after accepting the connection. Rejects when it cannot connect.
 */
async function knock({ hostname, port }: Deno.NetAddr): Promise<"heard" | "unheard"> {
  using conn = await Deno.connect({ hostname: REACHED_AT[hostname] ?? hostname, port });
  try {
    await conn.closeWrite();
    while (await within(conn.read(new Uint8Array(1)), KNOCK_MS, "unheard") !== null);
    return "heard";
  } catch (error) {
    return error instanceof LateError ? "unheard" : "heard";
  }
}

/** Where to reach a server that listens on all addresses. */
const REACHED_AT: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
