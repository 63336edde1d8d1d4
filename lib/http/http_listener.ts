import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isOutOfDescriptors, OUT_OF_DESCRIPTORS } from "../access/listen_error.ts";
import { LateError, within } from "../time/deadline.ts";

/** How often to check whether connections are still accepted, in milliseconds. */
const CHECK_MS = 2000;
/** How long a connection may wait to be accepted, in milliseconds. */
const KNOCK_MS = 1000;

/** Options of {@linkcode HttpListener.start}. */
export interface HttpListenerOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The port; 0 picks one. */
  readonly port: number;
  /** Creates a server. Its connections may outlive its listening. */
  readonly create: () => Server;
  /** Called, again and again, with what keeps it from accepting connections. */
  readonly onTrouble: (reason: string) => void;
}

/**
 * Listens, and listens again when no connections are accepted any more: in Deno, `node:net` stops
 * accepting, without an error and for good, once a connection met with no free file descriptor.
 * Disposing of it ends all connections.
 */
export class HttpListener implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  readonly #options: HttpListenerOptions;
  readonly #servers = new Set<Server>();
  readonly #timer: ReturnType<typeof setInterval>;
  #server: Server;
  #checking: Promise<void> | undefined;
  #closed = false;

  private constructor(server: Server, options: HttpListenerOptions) {
    const { address, port } = server.address() as AddressInfo;
    this.address = { transport: "tcp", hostname: address, port };
    this.#options = options;
    this.#server = server;
    this.#servers.add(server);
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

  async #check(): Promise<void> {
    // Twice, since this program itself may have been busy the first time.
    for (let times = 0; times < 2; times++) {
      const outcome = await knock(this.address).catch((error) => ({ error }));
      if (outcome === "heard" || this.#closed) return;
      if (outcome !== "unheard" && isOutOfDescriptors(outcome.error)) {
        return this.#options.onTrouble(OUT_OF_DESCRIPTORS);
      }
    }
    await this.#listenAgain();
  }

  async #listenAgain(): Promise<void> {
    const { create, onTrouble } = this.#options;
    // The old server stops listening, and ends once its viewers have left.
    const deaf = this.#server;
    deaf.close(() => this.#servers.delete(deaf));
    onTrouble(OUT_OF_DESCRIPTORS);
    const server = create();
    try {
      await bind(server, this.address.hostname, this.address.port);
    } catch {
      // The next check finds nobody there, and tries again.
      return;
    }
    this.#server = server;
    this.#servers.add(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#checking;
    await Promise.all([...this.#servers].map((server) => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    }));
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
}

/**
 * Knocks at an address of this machine: connects, says nothing, and waits until the other side
 * closes too, for which it must have accepted the connection. Rejects when it cannot connect.
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
