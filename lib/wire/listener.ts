/**
 * The server's door: takes clients in, and gives each a sender.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { isOutOfDescriptors, OUT_OF_DESCRIPTORS } from "../flow/descriptors.ts";
import { LateError } from "../flow/within.ts";
import { challenge, Refusal, sayFarewell } from "./handshake.ts";
import { Incoming } from "./incoming.ts";
import { Offenders } from "../flow/offenders.ts";
import { Outbox } from "./outbox.ts";
import { type ErrorCode, type Hello, MAX_CLIENTS, ProtocolError } from "./protocol.ts";
import { type Feed, Sender } from "./sender.ts";
import { bind, isGone, isTls, type ServerConn, type ServerListener } from "./server_socket.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** How many clients may be told at the same time why they must go; others hear nothing. */
export const MAX_FAREWELLS = 16;
/** How long to wait when the system has no room for another connection, in milliseconds. */
const ACCEPT_PAUSE_MS = 100;

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /** The address to listen on; `0.0.0.0` is all of them. */
  readonly host: string;
  /** The port; 0 picks one. */
  readonly port: number;
  /** A certificate, or a chain of them, as PEM: connections are TLS then. */
  readonly cert?: string;
  /** The certificate's private key, as PEM. */
  readonly key?: string;
  /** What a client must know to be let in. It never crosses the wire. */
  readonly token?: string;
  /** How many clients at the same time. */
  readonly maxClients?: number;
  /** Is told of who comes and goes. */
  readonly onClient?: (event: ClientEvent) => void;
  /** Is told, again and again, what keeps it from taking clients in. */
  readonly onTrouble?: (words: string) => void;
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
  readonly #token: string | undefined;
  readonly #maxClients: number;
  readonly #onClient: (event: ClientEvent) => void;
  readonly #onTrouble: (words: string) => void;
  readonly #listener: ServerListener;
  readonly #waitingRoom = new WaitingRoom();
  readonly #offenders = new Offenders();
  readonly #serving = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #clients = 0;
  #turningOut = 0;
  readonly #accepting: Promise<void>;

  constructor(feed: Feed, options: ListenOptions) {
    this.#feed = feed;
    this.#token = options.token;
    this.#maxClients = options.maxClients ?? MAX_CLIENTS;
    this.#onClient = options.onClient ?? (() => {});
    this.#onTrouble = options.onTrouble ?? (() => {});
    this.#listener = bind(options);
    this.#accepting = this.#accept(this.#closing.signal);
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  async #accept(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const conn = await this.#listener.accept();
        if (signal.aborted) return conn[Symbol.dispose]();
        const serving = this.#serve(conn).finally(() => this.#serving.delete(serving));
        this.#serving.add(serving);
      } catch (error) {
        // Too many open files, or a client that left at once: others still want in.
        if (isOutOfDescriptors(error)) this.#onTrouble(OUT_OF_DESCRIPTORS);
        await delay(ACCEPT_PAUSE_MS, { signal }).catch(() => {});
      }
    }
  }

  async #serve(conn: ServerConn): Promise<void> {
    const { hostname, port } = conn.remoteAddr as Deno.NetAddr;
    using client = new Client(conn);
    const { signal } = this.#closing;
    const close = () => conn[Symbol.dispose]();
    signal.addEventListener("abort", close);
    let joined = false;
    let reason: string | undefined;
    const tell = (type: ClientEvent["type"]) =>
      this.#onClient({
        type,
        address: `${hostname}:${port}`,
        clients: this.#clients,
        ...reason && { reason },
      });
    try {
      const hello = await this.#admit(client, hostname);
      joined = true;
      tell("joined");
      await new Sender(client.outbox, client.incoming, this.#feed).run(signal, hello);
    } catch (error) {
      // A connection that breaks is how most clients leave.
      if (!isGone(error)) reason = (error as Error).message;
      if (!joined && reason) tell("refused");
      const code = errorCode(error);
      if (code) await this.#turnOut(client, code, reason!, joined);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
    if (!joined) return;
    this.#clients--;
    tell("left");
  }

  /** Counts a client in if it belongs here; gives its greeting, if it had to greet for that. */
  async #admit({ conn, incoming, outbox }: Client, address: string): Promise<Hello | undefined> {
    this.#checkRoom();
    const wait = this.#offenders.wait(address);
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new Refusal(
        "slow",
        `too many wrong tokens came from there; it may try in ${seconds} s`,
      );
    }
    if (!isTls(conn)) {
      conn.setNoDelay();
      // Finds out, in hours, that one is gone who never spoke, though nothing is sent to it.
      conn.setKeepAlive();
    }
    const token = this.#token;
    if (token === undefined && !isTls(conn)) {
      this.#clients++;
      return undefined;
    }
    const handshake = async () => {
      if (isTls(conn)) await conn.handshake();
      return token === undefined ? undefined : await challenge(token, incoming, outbox);
    };
    try {
      const hello = await this.#waitingRoom.wait(handshake());
      if (token !== undefined) this.#offenders.forgive(address);
      // Others have come in since; whoever is counted, is counted in the same breath.
      this.#checkRoom();
      this.#clients++;
      return hello;
    } catch (error) {
      if (error instanceof Refusal && error.code === "token") this.#offenders.failed(address);
      throw error;
    }
  }

  #checkRoom(): void {
    if (this.#clients < this.#maxClients) return;
    throw new Refusal("full", `this server has its ${this.#maxClients} clients already`);
  }

  /** Tells a client why it must go, unless so many are told already that it must not cost more. */
  async #turnOut(
    { conn, incoming, outbox }: Client,
    code: ErrorCode,
    reason: string,
    joined: boolean,
  ): Promise<void> {
    if (this.#turningOut >= MAX_FAREWELLS) return;
    this.#turningOut++;
    try {
      // One that never speaks gets frames or nothing, where no token is asked for.
      const mayBeSilent = this.#token === undefined && !joined && code === "full";
      if (mayBeSilent) await this.#waitingRoom.wait(incoming.next());
      await sayFarewell(conn, outbox, code, reason);
    } catch {
      // Nobody was there to hear it.
    } finally {
      this.#turningOut--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#listener.close();
    await this.#accepting;
    await Promise.all(this.#serving);
  }
}

/** A connection, and what reads and writes it. */
class Client implements Disposable {
  readonly incoming: Incoming;
  readonly outbox: Outbox;

  constructor(readonly conn: ServerConn) {
    this.incoming = new Incoming(conn);
    this.outbox = new Outbox(conn);
  }

  [Symbol.dispose](): void {
    this.incoming[Symbol.dispose]();
    this.outbox[Symbol.dispose]();
  }
}

/** What a client is told by, if the error is one that it should hear of. */
function errorCode(error: unknown): ErrorCode | undefined {
  if (error instanceof Refusal) return error.code;
  if (error instanceof ProtocolError) return "protocol";
  if (error instanceof LateError) return "late";
}
