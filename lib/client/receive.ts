/** The client's end of the socket: connects, receives, and connects again. */

import { delay } from "@std/async/delay";
import type { Controls } from "../flow/controls.ts";
import type { CameraInfo, CameraStatus, ConnectionStatus, Feed, Source } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { readExif } from "../frame/exif_block.js";
import { Frame } from "../frame/frame.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";
import { nextSequence } from "../frame/sequence.ts";
import { Backoff } from "../time/backoff.ts";
import { now } from "../time/clock.js";
import { ClockSync } from "../time/clock_sync.js";
import { onAbort } from "../time/on_abort.ts";
import { DEFAULT_PORT, type ListedCamera, type ServerMessage } from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import { connect, type ConnectionEvent, type Watched } from "./connect.ts";
import { RemoteControls } from "./remote_controls.ts";
import { RefusedError } from "./refused_error.ts";
import { ServerLimits } from "./server_limits.ts";

/** The first and the longest wait before a lost server is tried again, in milliseconds. */
export const RECONNECT_MS = { min: 250, max: 3000, jitter: 0.3 };
/** How long to wait after a refusal of a client that was connected before, in milliseconds. */
export const REFUSED_MS = 5000;
/** How long frames wait at most until the server's clock is known, in milliseconds. */
const CLOCK_WAIT_MS = 1000;
/**
 * How long frames are wanted after the last subscriber has left, in milliseconds: snapshots come
 * often.
 */
const UNWATCH_MS = 100;
/** How long a new connection's frames are wanted before anybody has subscribed, in milliseconds. */
const FIRST_MS = 1000;

/** The camera's name of a server that lists none. */
const ONLY_CAMERA = "1";

/** Options of {@linkcode receive}. */
export interface ReceiveOptions {
  /** The server's port; 9999 by default. */
  readonly port?: number;
  /** The token, if the server needs one; it never crosses the wire. */
  readonly token?: string;
  /** Whether to speak TLS. */
  readonly tls?: boolean;
  /** An issuer whose certificates are trusted too, as PEM; implies `tls`. */
  readonly ca?: string;
  /** The camera's name, of several that the server has; its first one by default. */
  readonly camera?: string;
  /** Closes the receiver; its loops throw the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A connection that comes back by itself. Closing it ends it for good. */
export interface Receiver extends Feed, AsyncIterable<Frame>, AsyncDisposable {
  /** The server, and the state of the connection. */
  readonly source: Source;
  /** The state of the connection, at each change. */
  readonly connection: Hub<ConnectionStatus>;
  /** Why the server last refused this client; undefined if it never did. */
  readonly refusal: RefusedError | undefined;
  /** The camera's name, once known: the one in the options, or the server's first. */
  readonly camera: string | undefined;
  /**
   * All cameras of the server, as it lists them, at each change; a server that lists none has `1`.
   */
  readonly cameras: Hub<readonly ListedCamera[]>;
  /** The camera's controls, if the server lets clients change them; otherwise silent. */
  readonly controls: Hub<Controls>;
  /** The bytes of all frames that came in. */
  readonly bytes: number;
}

/**
 * Receives the frames of a server, and connects again whenever the connection is lost. The loop
 * throws a {@linkcode RefusedError} where trying again cannot help: a wrong token, an untrusted
 * certificate, an unknown camera.
 *
 * @example
 * ```ts
 * import { createFeed, listen, receive, RefusedError } from "socketcam";
 *
 * using feed = createFeed();
 * await using server = listen(feed, { port: 0, token: "a secret" });
 * await using remote = receive("127.0.0.1", { port: server.address.port, token: "wrong" });
 * try {
 *   for await (const { bytes, capturedAt } of remote) console.log(capturedAt, bytes.length);
 * } catch (error) {
 *   if (error instanceof RefusedError) console.log(error.code); // "wrong-token"
 * }
 * ```
 */
export function receive(host: string, options: ReceiveOptions = {}): Receiver {
  return new ReconnectingReceiver(host, options);
}

/** The receiver itself. */
export class ReconnectingReceiver implements Receiver {
  readonly frames = new Hub<Frame>((wanted) => this.#want(wanted));
  readonly status = new Hub<CameraStatus>();
  readonly connection = new Hub<ConnectionStatus>();
  readonly cameras = new Hub<readonly ListedCamera[]>();
  readonly arrivals = { received: 0, missed: 0 };
  camera: string | undefined;
  refusal: RefusedError | undefined;
  bytes = 0;
  info: CameraInfo | undefined;
  readonly #host: string;
  readonly #port: number;
  readonly #options: ReceiveOptions;
  readonly #isPatient: boolean;
  readonly #limits: ServerLimits;
  readonly #controls = new RemoteControls();
  readonly controls = this.#controls.state;
  readonly #watched = new Hub<Watched>();
  /** Whether anybody ever said whether frames are wanted. */
  #isAsked = false;
  #unwatching: ReturnType<typeof setTimeout> | undefined;
  readonly #closing = new AbortController();
  readonly #backoff = new Backoff(RECONNECT_MS);
  readonly #living: Promise<void>;
  readonly #abort: Disposable;
  #clock = new ClockSync();
  #reconnects = 0;
  #everConnected = false;
  #connectedAt = 0;
  #sequence: number | undefined;
  /** The newest frame while the server's clock, and so the frame's age, is unknown. */
  #held: Frame | undefined;

  /**
   * @param isPatient whether to try again after every refusal.
   * @param limits the server's limits, shared by all connections to it.
   */
  constructor(
    host: string,
    options: ReceiveOptions,
    isPatient: boolean = false,
    limits: ServerLimits = new ServerLimits(),
  ) {
    this.#isPatient = isPatient;
    this.#limits = limits;
    this.camera = options.camera;
    this.#host = host;
    this.#port = options.port ?? DEFAULT_PORT;
    this.#options = options;
    this.#abort = onAbort(options.signal, (reason) => this.#close(reason));
    this.#living = this.#live(this.#closing.signal).catch((error) => this.#close(error));
  }

  get source(): Source {
    const status = this.connection.latest ?? { state: "connecting" };
    return { host: this.#host, port: this.#port, status, reconnects: this.#reconnects };
  }

  now(): number {
    return now() + this.#clock.offset;
  }

  /** Called when subscribers come or leave. The server learns a moment later that they left. */
  #want(wanted: boolean): void {
    this.#isAsked = true;
    const isConnected = this.source.status.state === "connected";
    this.#watch(wanted, isConnected && !wanted ? UNWATCH_MS : 0);
  }

  /** Tells the server in `ms` milliseconds whether frames are wanted. */
  #watch(on: boolean, ms: number = 0): void {
    clearTimeout(this.#unwatching);
    if (this.#closing.signal.aborted) return;
    if (ms > 0) {
      this.#unwatching = setTimeout(() => this.#watch(on), ms);
      return;
    }
    if (on === this.#watched.latest?.on) return;
    // Changes that come meanwhile are not missed.
    this.#sequence = undefined;
    this.#watched.publish({ on });
  }

  async #live(signal: AbortSignal): Promise<void> {
    this.connection.publish({ state: "connecting" });
    while (!signal.aborted) {
      const startedAt = performance.now();
      const error = await this.#connect(signal);
      if (signal.aborted) return;
      this.status.publish({ state: "lost", reason: error.message });
      if (error instanceof RefusedError) {
        this.refusal = error;
        // Another program may have the server's address for a moment, or the token may be changing.
        const isTried = this.#everConnected || this.#isPatient;
        const retryAt = isTried ? now() + REFUSED_MS : undefined;
        this.connection.publish({
          state: "refused",
          reason: error.message,
          ...retryAt !== undefined && { retryAt },
        });
        if (retryAt === undefined) return this.frames.close(error);
        await delay(REFUSED_MS, { signal }).catch(() => {});
        continue;
      }
      // An attempt that found no server was a wait itself: seconds, on a dead link.
      const triedMs = error instanceof UnreachableError ? performance.now() - startedAt : 0;
      const waitMs = Math.max(RECONNECT_MS.min, this.#backoff.next() - triedMs);
      const retryAt = now() + waitMs;
      this.connection.publish({ state: "connecting", reason: error.message, retryAt });
      await delay(waitMs, { signal }).catch(() => {});
    }
  }

  /** One connection; returns why it ended. */
  async #connect(signal: AbortSignal): Promise<Error> {
    const { token, tls, ca, camera } = this.#options;
    const watched = this.#watched;
    const limits = this.#limits;
    const controls = this.#controls;
    const hostname = this.#host;
    const port = this.#port;
    let connected = false;
    // The caller is likely to subscribe in a moment.
    if (!this.#isAsked) this.#watch(true);
    try {
      const server = { hostname, port, token, tls, ca };
      for await (const event of connect({ ...server, camera, signal, watched, limits, controls })) {
        // A refusal comes before the connection counts as made.
        if (event.type === "welcome") this.#welcomed(event);
        if (event.type !== "error" && !connected) this.#connected();
        connected ||= event.type !== "error";
        this.#take(event);
      }
      this.#backoff.reset();
      return new Error(`${hostname}:${port} closed the connection`);
    } catch (error) {
      // After each protocol error, the next try comes later.
      if (connected && !(error instanceof ProtocolError)) this.#backoff.reset();
      return this.#explain(error as Error, connected);
    }
  }

  #explain(error: Error, connected: boolean): Error {
    const server = `${this.#host}:${this.#port}`;
    if (error instanceof RefusedError) {
      return new RefusedError(error.code, `${server}: ${error.message}`, { cause: error });
    }
    // The system's error number helps no reader.
    const message = error.message.replace(/ \(os error \d+\)$/, "");
    if (error instanceof NotNowError) return new Error(`${server}: ${message}`);
    if (connected) return new Error(`the connection to ${server} was lost: ${message}`);
    if (error instanceof ProtocolError && !this.#everConnected) {
      return new RefusedError("protocol", `${server} is not a socketcam server: ${message}`);
    }
    return new UnreachableError(`no server at ${server}: ${message}`);
  }

  #connected(): void {
    if (this.#everConnected) this.#reconnects++;
    this.#everConnected = true;
    this.#sequence = undefined;
    this.#held = undefined;
    this.#connectedAt = performance.now();
    this.#clock = new ClockSync();
    this.connection.publish({ state: "connected" });
    this.status.publish({ state: "starting" });
    if (!this.#isAsked) this.#watch(false, FIRST_MS);
  }

  #take(event: ConnectionEvent): void {
    switch (event.type) {
      case "frame":
        return this.#takeFrame(event.memory);
      case "welcome":
        return this.#takeInfo(event.camera);
      case "cameras":
        this.cameras.publish(event.cameras);
        this.camera ??= event.cameras[0]?.id;
        return;
      case "camera": {
        const { name, mode } = event;
        if (name !== undefined && mode !== undefined) this.#takeInfo({ name, mode });
        return this.#takeStatus(event.state, event.reason);
      }
      case "controls":
        return this.#controls.take(event);
      case "set":
        return this.#controls.answered(event);
      case "pong":
        this.#clock.add(event.sent, event.now, now());
        return this.#release();
      case "error":
        if (event.code === "token") throw new RefusedError("wrong-token", event.message);
        if (event.code === "camera") {
          if (event.cameras) this.cameras.publish(event.cameras);
          throw new RefusedError("no-camera", event.message);
        }
        if (event.code === "protocol") throw new RefusedError("protocol", event.message);
        throw new NotNowError(event.message);
    }
  }

  /** @throws {RefusedError} when an older server gives another camera than it was asked for. */
  #welcomed(welcome: Extract<ServerMessage, { type: "welcome" }>): void {
    const { cameras = [{ id: ONLY_CAMERA, ...welcome.camera }] } = welcome;
    const { camera = cameras[0]?.id } = this.#options;
    this.camera = camera;
    this.cameras.publish(cameras);
    const isOnly = cameras.length === 1 && cameras[0].id === ONLY_CAMERA;
    if (!isOnly || camera === ONLY_CAMERA) return;
    throw new RefusedError("no-camera", `there is no camera "${camera}"; there is ${ONLY_CAMERA}`);
  }

  #takeInfo(info: CameraInfo | undefined): void {
    const isNew = info?.name !== this.info?.name || info?.mode !== this.info?.mode;
    this.info = info;
    // A relay's clients get it with a status.
    if (isNew && this.status.latest) this.status.publish(this.status.latest);
  }

  #takeStatus(state: string, reason = "the server does not say why"): void {
    const { latest } = this.status;
    if (latest?.state === state && (latest.state !== "lost" || latest.reason === reason)) return;
    if (state === "lost") this.status.publish({ state, reason });
    // A newer server may know more states.
    else if (state === "live" || state === "starting" || state === "idle") {
      this.status.publish({ state });
    }
  }

  #takeFrame(memory: FrameMemory): void {
    this.arrivals.received++;
    this.bytes += memory.bytes.length;
    // A server need not send its camera's state.
    const { state } = this.status.latest!;
    if (state === "starting" || state === "idle") this.status.publish({ state: "live" });
    // Another kind of server may send JPEGs without the block: their time is now.
    const meta = readExif(memory.bytes) ??
      { sequence: this.arrivals.received, capturedAt: this.now() };
    const { sequence } = meta;
    if (this.#sequence !== undefined && sequence !== nextSequence(this.#sequence)) {
      this.arrivals.missed += Math.max(0, sequence - this.#sequence - 1);
    }
    this.#sequence = sequence;
    this.#held?.release();
    this.#held = new Frame(memory, meta);
    const isClockKnown = this.#clock.roundTrip !== null;
    if (isClockKnown || performance.now() > this.#connectedAt + CLOCK_WAIT_MS) this.#release();
  }

  #release(): void {
    if (this.#held) this.frames.publish(this.#held);
    this.#held = undefined;
  }

  #close(reason?: unknown): void {
    this.#closing.abort();
    clearTimeout(this.#unwatching);
    this.frames.close(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.frames.subscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort[Symbol.dispose]();
    this.#close();
    await this.#living;
    this.status.close();
    this.connection.close();
    this.cameras.close();
    this.controls.close();
  }
}

/** Returned when no server was found. */
class UnreachableError extends Error {}

/** Thrown when the server refuses this client now, but may accept it later. */
class NotNowError extends Error {}
