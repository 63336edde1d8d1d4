/** The server's end of the socket: accepts connections, and sends each client the feed's frames. */

import { delay } from "@std/async/delay";
import { isOutOfDescriptors, OUT_OF_DESCRIPTORS } from "../access/listen_error.ts";
import { type Cameras, camerasOf } from "../flow/cameras.ts";
import type { Feed } from "../flow/feed.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import { onAbort } from "../time/on_abort.ts";
import { DEFAULT_PORT, MAX_CLIENTS } from "../wire/protocol.ts";
import { Connection, Door } from "./door.ts";
import { Sender } from "./sender.ts";
import { bind, isClosed, type ServerConn } from "./server_socket.ts";

/** How long to wait when the system has no room for another connection, in milliseconds. */
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
  /** What a client must know. It never crosses the wire. */
  readonly token?: string;
  /** How many clients at the same time; 64 by default. */
  readonly maxClients?: number;
  /** Called when a client comes or goes. */
  readonly onClient?: (event: ClientEvent) => void;
  /** Called, again and again, with what keeps the server from accepting clients. */
  readonly onTrouble?: (reason: string) => void;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** A client has come or gone. */
export interface ClientEvent {
  /** Which of these. */
  readonly type: "joined" | "left" | "refused";
  /** Address and port of the client. */
  readonly address: string;
  /** How many clients there are now. */
  readonly clients: number;
  /** The camera that it gets; undefined if none was there, or it left before it had one. */
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
}

/**
 * Listens for clients and sends each the frames of `feed`: of a camera, of a receiver (which makes
 * this a relay), or of your own. Of several cameras, each connection gets the one that it asks for
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
 */
export function listen(feed: Feed | Cameras, options: ListenOptions = {}): Listener {
  return new SocketServer(camerasOf(feed), options);
}

class SocketServer implements Listener {
  readonly #cameras: Cameras;
  readonly #changes: Mailbox<ReadonlyMap<string, Feed>>;
  readonly #door: Door;
  readonly #onClient: (event: ClientEvent) => void;
  readonly #onTrouble: (reason: string) => void;
  readonly #listener: Deno.TcpListener;
  readonly #serving = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #accepting: Promise<void>;
  readonly #abort: Disposable;

  constructor(cameras: Cameras, options: ListenOptions) {
    const { host = "0.0.0.0", port = DEFAULT_PORT, cert, key, token, signal } = options;
    const { maxClients = MAX_CLIENTS, onClient = () => {}, onTrouble = () => {} } = options;
    this.#cameras = cameras;
    this.#door = new Door(token, cert, maxClients);
    this.#onClient = onClient;
    this.#onTrouble = onTrouble;
    this.#listener = bind({ hostname: host, port, cert, key });
    this.#changes = cameras.follow();
    void this.#deferAll().catch(() => {});
    this.#accepting = this.#accept(this.#closing.signal, cert, key);
    this.#abort = onAbort(signal, () => this.#close());
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  get clients(): number {
    return this.#door.clients;
  }

  /** Until a client watches a camera, nobody wants its frames. */
  async #deferAll(): Promise<void> {
    const deferred = new WeakSet<Feed>();
    for await (const cameras of this.#changes) {
      for (const feed of cameras.values()) {
        if (!deferred.has(feed)) feed.frames.defer();
        deferred.add(feed);
      }
    }
  }

  async #accept(
    signal: AbortSignal,
    cert: string | undefined,
    key: string | undefined,
  ): Promise<void> {
    const secure = cert !== undefined && key !== undefined
      // Node's TLS takes 11 MB.
      ? (await import("./tls_server.ts")).tlsServer(cert, key)
      : undefined;
    while (!signal.aborted) {
      try {
        const tcp = await this.#listener.accept();
        if (signal.aborted) return tcp[Symbol.dispose]();
        tcp.setNoDelay();
        // After hours, this finds silent clients that are gone while nothing is sent to them.
        tcp.setKeepAlive();
        const conn = secure?.(tcp) ?? tcp;
        const serving = this.#serve(conn, signal).finally(() => this.#serving.delete(serving));
        this.#serving.add(serving);
      } catch (error) {
        // Too many open files, or a client that left at once: go on with the next one.
        if (isOutOfDescriptors(error)) this.#onTrouble(OUT_OF_DESCRIPTORS);
        await delay(ACCEPT_PAUSE_MS, { signal }).catch(() => {});
      }
    }
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
      // A moment later, it is known which camera it wants.
      const sender = new Sender(connection.outbox, connection.incoming, this.#cameras, (name) => {
        camera = name;
        reportJoined();
      });
      await sender.run(leaving.signal, greeting);
      leaving.signal.throwIfAborted();
    } catch (cause) {
      // Why the connection was closed says more than that it was.
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
