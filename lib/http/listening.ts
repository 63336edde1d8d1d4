/**
 * An HTTP server that goes on listening.
 *
 * @module
 */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isOutOfDescriptors, OUT_OF_DESCRIPTORS } from "../flow/descriptors.ts";
import { knock } from "./knock.ts";

/** How often it is looked whether connections are still taken, in milliseconds. */
const LOOK_MS = 2000;

/** Options of {@linkcode Listening.start}. */
export interface ListeningOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The port; 0 picks one. */
  readonly port: number;
  /** Makes a server; its connections outlive it. */
  readonly create: () => Server;
  /** Is told, again and again, what keeps it from taking connections. */
  readonly onTrouble: (words: string) => void;
}

/**
 * Listens, and listens anew when connections are not taken any more: in Deno, `node:net` is deaf
 * without a word from the moment on that a connection met with no free file descriptor, also when
 * there are some again. Closing it ends all connections.
 */
export class Listening implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  readonly #options: ListeningOptions;
  readonly #servers = new Set<Server>();
  readonly #timer: ReturnType<typeof setInterval>;
  #server: Server;
  #looking: Promise<void> | undefined;
  #closed = false;

  private constructor(server: Server, options: ListeningOptions) {
    const { address, port } = server.address() as AddressInfo;
    this.address = { transport: "tcp", hostname: address, port };
    this.#options = options;
    this.#server = server;
    this.#servers.add(server);
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => this.#looking = undefined);
    }, LOOK_MS);
  }

  /** Listens; rejects when the address cannot be listened on. */
  static async start(options: ListeningOptions): Promise<Listening> {
    const server = options.create();
    await bind(server, options.host, options.port);
    return new Listening(server, options);
  }

  async #look(): Promise<void> {
    // The second time counts: this program itself may have been busy the first time.
    for (let times = 0; times < 2; times++) {
      const outcome = await knock(this.address);
      if (outcome === "heard" || this.#closed) return;
      if (outcome !== "unheard" && isOutOfDescriptors(outcome.error)) {
        return this.#options.onTrouble(OUT_OF_DESCRIPTORS);
      }
    }
    await this.#listenAnew();
  }

  async #listenAnew(): Promise<void> {
    const { create, onTrouble } = this.#options;
    // Who watches goes on watching; a server that is closed is done once they have left.
    const deaf = this.#server;
    deaf.close(() => this.#servers.delete(deaf));
    onTrouble(OUT_OF_DESCRIPTORS);
    const server = create();
    try {
      await bind(server, this.address.hostname, this.address.port);
    } catch {
      // The next look finds nobody there, and tries again.
      return;
    }
    this.#server = server;
    this.#servers.add(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
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
