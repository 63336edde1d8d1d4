/**
 * The server's door: takes clients in, and gives each a sender.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { encodeControl, HANDSHAKE_MS, MAX_CLIENTS } from "./protocol.ts";
import { type Feed, Sender } from "./sender.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /** The address to listen on; `0.0.0.0` is all of them. */
  readonly host: string;
  /** The port; 0 picks one. */
  readonly port: number;
  /** How many clients at the same time. */
  readonly maxClients?: number;
  /** Is told of who comes and goes. */
  readonly onClient?: (event: ClientEvent) => void;
}

/** A client has come or gone. */
export interface ClientEvent {
  /** Which. */
  readonly type: "joined" | "left" | "refused";
  /** Address and port of the client. */
  readonly address: string;
  /** How many there are now. */
  readonly clients: number;
  /** Why it was ended, if it did not just leave. */
  readonly reason?: string;
}

/** An open door. Closing it ends all connections. */
export interface Listener extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
}

/**
 * Listens for clients and sends each the frames of `feed`.
 *
 * @throws {Error} with the mend in words, when the address cannot be listened on.
 */
export function listen(feed: Feed, options: ListenOptions): Listener {
  return new Door(feed, options);
}

class Door implements Listener {
  readonly #feed: Feed;
  readonly #maxClients: number;
  readonly #onClient: (event: ClientEvent) => void;
  readonly #listener: Deno.TcpListener;
  readonly #serving = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #clients = 0;
  readonly #accepting: Promise<void>;

  constructor(feed: Feed, { host, port, maxClients = MAX_CLIENTS, onClient }: ListenOptions) {
    this.#feed = feed;
    this.#maxClients = maxClients;
    this.#onClient = onClient ?? (() => {});
    this.#listener = bind(host, port);
    this.#accepting = this.#accept();
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      const full = this.#clients >= this.#maxClients;
      const serving = (full ? this.#refuse(conn) : this.#serve(conn))
        .finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    const address = remote(conn);
    let reason: string | undefined;
    this.#clients++;
    this.#tell("joined", address);
    try {
      conn.setNoDelay();
      await new Sender(conn, this.#feed).run(this.#closing.signal);
    } catch (error) {
      // A connection that breaks is how most clients leave.
      if (!isGone(error)) reason = (error as Error).message;
    }
    this.#clients--;
    this.#tell("left", address, reason);
  }

  /** Says no to a client that speaks; one that does not speak gets frames or nothing. */
  async #refuse(conn: Deno.TcpConn): Promise<void> {
    const { signal } = this.#closing;
    const message = `This server has its ${this.#maxClients} clients already`;
    this.#tell("refused", remote(conn), message);
    try {
      await deadline(conn.read(new Uint8Array(1)), HANDSHAKE_MS, { signal });
      await conn.write(encodeControl({ type: "error", code: "full", message }));
      // Reading the rest first lets the answer arrive: closing on unread bytes resets.
      await deadline(drain(conn), HANDSHAKE_MS, { signal });
    } catch {
      // Nobody was there to hear it.
    } finally {
      conn[Symbol.dispose]();
    }
  }

  #tell(type: ClientEvent["type"], address: string, reason?: string): void {
    this.#onClient({ type, address, clients: this.#clients, ...reason && { reason } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.#closing.abort();
    await Promise.all(this.#serving);
  }
}

function bind(hostname: string, port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Error(
        `Port ${port} is taken; end the program that has it, or choose another with --port`,
      );
    }
    throw new Error(`Cannot listen on ${hostname}:${port}: ${(error as Error).message}`);
  }
}

function remote(conn: Deno.Conn): string {
  const { hostname, port } = conn.remoteAddr as Deno.NetAddr;
  return `${hostname}:${port}`;
}

async function drain(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await conn.read(buffer) !== null);
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.BadResource;
}
