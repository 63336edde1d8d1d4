/** The server's end of the socket: accepts connections, and sends each client the feed's frames. */

import { delay } from "@std/async/delay";
import { checkPair, type KeyPair } from "../access/certificate.ts";
import { isOutOfDescriptors, OUT_OF_DESCRIPTORS } from "../access/listen_error.ts";
import { type Cameras, camerasOf } from "../flow/cameras.ts";
import type { Feed } from "../flow/feed.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import { onAbort } from "../time/on_abort.ts";
import { DEFAULT_PORT, MAX_CLIENTS } from "../wire/protocol.ts";
import { Connection, Door } from "./door.ts";
import { Sender } from "./sender.ts";
import { bind, isClosed, type ServerConn } from "./server_socket.ts";

/** How long to wait when the system cannot accept another connection, in milliseconds. */
const ACCEPT_PAUSE_MS = 100;

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /** The address to listen on; `0.0.0.0`, which is all of them, by default. */
  readonly host?: string;
  /** The port; 9999 by default, 0 picks one. */
  readonly port?: number;
  /** A certificate, or a chain of them, as PEM. With `key`, connections are TLS. */
  readonly cert?: string;
  /** The certificate's private key, as PEM. */
  readonly key?: string;
  /** The secret that clients must know. It never crosses the wire. */
  readonly token?: string;
  /** How many clients at the same time; 64 by default. */
  readonly maxClients?: number;
  /** Whether clients may change their camera's controls; false by default. */
  readonly allowControl?: boolean;
  /** Called when a client comes or goes. */
  readonly onClient?: (event: ClientEvent) => void;
  /** Called, again and again, with the error that keeps the server from accepting clients. */
  readonly onTrouble?: (reason: string) => void;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** A client that came or went. */
export interface ClientEvent {
  /** Whether it came or went. */
  readonly type: "joined" | "left" | "refused";
  /** Address and port of the client. */
  readonly address: string;
  /** How many clients there are now. */
  readonly clients: number;
  /** The camera that it gets; undefined if there was none, or it left before it had one. */
  readonly camera?: string;
  /** Why the server ended the connection, if the client did not just leave. */
  readonly reason?: string;
}

/** A listening server. Closing it ends all connections. */
export interface Listener extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  /** How many clients there are now. */
  readonly clients: number;
  /**
   * Uses another certificate for new connections. Open connections continue.
   *
   * @throws {CertificateError} when certificate and key cannot be used; the old ones stay.
   * @throws {TypeError} when the server was started without TLS.
   */
  renew(pair: KeyPair): void;
}

/**
 * Listens for clients, and sends each the frames of `feed`: a camera's, a receiver's (which makes
 * this a relay), or your own. With several cameras, each connection gets the one that it asks for
 * by name, or the first.
 *
 * @example
 * ```ts
 * import { listen, openCamera } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using server = listen(camera, { port: 0, token: "a secret" });
 * console.log(server.address.port);
 * ```
 *
 * @example Several cameras
 * ```ts
 * import { camerasOf, listen, openCamera, receive } from "socketcam";
 *
 * await using porch = openCamera({ device: "test" });
 * await using garden = openCamera({ device: "test", fps: 5 });
 * await using server = listen(camerasOf({ porch, garden }), { port: 0 });
 * await using remote = receive("127.0.0.1", { port: server.address.port, camera: "garden" });
 * for await (const { bytes } of remote) {
 *   console.log(bytes.length);
 *   break;
 * }
 * ```
 *
 * @throws {ListenError} when the address cannot be listened on.
 * @throws {CertificateError} when certificate and key cannot be used.
 */
export function listen(feed: Feed | Cameras, options: ListenOptions = {}): Listener {
  return new SocketServer(camerasOf(feed), options);
}

class SocketServer implements Listener {
  readonly #cameras: Cameras;
  readonly #changes: Mailbox<ReadonlyMap<string, Feed>>;
  readonly #door: Door;
  readonly #allowControl: boolean;
  readonly #onClient: (event: ClientEvent) => void;
  readonly #onTrouble: (reason: string) => void;
  readonly #listener: Deno.TcpListener;
  readonly #serving = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #accepting: Promise<void>;
  readonly #abort: Disposable;
  #pair: KeyPair | undefined;

  constructor(cameras: Cameras, options: ListenOptions) {
    const { host = "0.0.0.0", port = DEFAULT_PORT, cert, key, token, signal } = options;
    const { maxClients = MAX_CLIENTS, onClient = () => {}, onTrouble = () => {} } = options;
    this.#cameras = cameras;
    this.#allowControl = options.allowControl ?? false;
    this.#door = new Door(token, maxClients);
    this.#onClient = onClient;
    this.#onTrouble = onTrouble;
    if (cert !== undefined && key !== undefined) checkPair(this.#pair = { cert, key });
    this.#listener = bind(host, port);
    this.#changes = cameras.follow();
    void this.#deferAll().catch(() => {});
    this.#accepting = this.#accept(this.#closing.signal);
    this.#abort = onAbort(signal, () => this.#close());
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  get clients(): number {
    return this.#door.clients;
  }

  /** There is no demand until a client watches a camera. */
  async #deferAll(): Promise<void> {
    const deferred = new WeakSet<Feed>();
    for await (const cameras of this.#changes) {
      for (const feed of cameras.values()) {
        if (!deferred.has(feed)) feed.frames.defer();
        deferred.add(feed);
      }
    }
  }

  renew(pair: KeyPair): void {
    if (!this.#pair) throw new TypeError("This server was started without TLS");
    checkPair(pair);
    this.#pair = pair;
  }

  async #accept(signal: AbortSignal): Promise<void> {
    const secure = this.#pair && await this.#securer();
    while (!signal.aborted) {
      try {
        const tcp = await this.#listener.accept();
        if (signal.aborted) return tcp[Symbol.dispose]();
        tcp.setNoDelay();
        // This finds silent clients that are gone while nothing is sent to them, after hours.
        tcp.setKeepAlive();
        const conn = secure?.(tcp) ?? tcp;
        const serving = this.#serve(conn, signal).finally(() => this.#serving.delete(serving));
        this.#serving.add(serving);
      } catch (error) {
        // Too many open files, or a client that left at once: continue with the next one.
        if (isOutOfDescriptors(error)) this.#onTrouble(OUT_OF_DESCRIPTORS);
        await delay(ACCEPT_PAUSE_MS, { signal }).catch(() => {});
      }
    }
  }

  /** Makes TLS connections of plain ones, with the newest certificate. */
  async #securer(): Promise<(tcp: Deno.TcpConn) => ServerConn> {
    // Node's TLS takes 11 MB.
    const { identityOf, TlsServerConn } = await import("./tls_server.ts");
    let pair = this.#pair!;
    let identity = identityOf(pair);
    return (tcp) => {
      if (pair !== this.#pair) identity = identityOf(pair = this.#pair!);
      return new TlsServerConn(tcp, identity);
    };
  }

  async #serve(conn: ServerConn, signal: AbortSignal): Promise<void> {
    using connection = new Connection(conn);
    const { hostname, port } = connection.address;
    const leaving = new AbortController();
    using _ = onAbort(signal, (reason) => leaving.abort(reason));
    using _closing = onAbort(leaving.signal, () => conn[Symbol.dispose]());
    let joined = false;
    let reason: string | undefined;
    let camera: string | undefined;
    const report = (type: ClientEvent["type"], reason?: string) => {
      const event = { type, address: `${hostname}:${port}`, clients: this.#door.clients };
      this.#onClient({
        ...event,
        ...camera !== undefined && { camera },
        ...reason && { reason },
      });
    };
    let isReported = false;
    const reportJoined = () => {
      if (!isReported) report("joined");
      isReported = true;
    };
    try {
      const evict = () => leaving.abort(new Error("another address needed its place"));
      const greeting = await this.#door.enter(connection, evict, signal);
      joined = true;
      const { outbox, incoming } = connection;
      const sender = new Sender(outbox, incoming, this.#cameras, {
        mayControl: this.#allowControl,
        // A moment later, its camera is known.
        onChoice(name) {
          camera = name;
          reportJoined();
        },
      });
      await sender.run(leaving.signal, greeting);
      leaving.signal.throwIfAborted();
    } catch (cause) {
      // Our reason for closing the connection says more than its end.
      const error = leaving.signal.aborted ? leaving.signal.reason : cause;
      // Most clients leave by breaking the connection.
      if (!isClosed(error) && !signal.aborted) reason = (error as Error).message;
      if (!joined && reason) report("refused", reason);
      await this.#door.turnAway(connection, error, joined);
    } finally {
      conn[Symbol.dispose]();
    }
    if (!joined) return;
    reportJoined();
    this.#door.leave(connection);
    report("left", reason);
  }

  #close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#changes.return();
    this.#listener.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort[Symbol.dispose]();
    this.#close();
    await this.#accepting;
    await Promise.all(this.#serving);
  }
}
