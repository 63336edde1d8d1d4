/**
 * The client's side of the wire: connects, receives, and connects again.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { Backoff } from "../flow/backoff.ts";
import { now } from "../flow/clock.ts";
import { Hub } from "../flow/hub.ts";
import { lentFrame } from "../flow/release.ts";
import { nextSequence, readExif } from "../frame/exif.ts";
import type { CameraInfo, CameraStatus, Frame } from "../frame/frame.ts";
import { ClockSync } from "./clock_sync.ts";
import { connect, type ConnectionEvent } from "./connection.ts";
import { ProtocolError } from "./protocol.ts";
import { RefusedError } from "./refused_error.ts";

export { RefusedError };

/**
 * The first and the longest wait before a lost server is tried again, in milliseconds. A try costs
 * next to nothing, and whoever has started the server again wants to see it now.
 */
export const RECONNECT_MS = { min: 250, max: 3000, jitter: 0.3 };

/** How long frames are held back at most until the server's clock is known, in milliseconds. */
const CLOCK_WAIT_MS = 1000;

/** Options of {@linkcode receive}. */
export interface ReceiveOptions {
  /** The server's name or address. */
  readonly host: string;
  /** The server's port. */
  readonly port: number;
  /** What the server may ask for; it never crosses the wire. */
  readonly token?: string;
  /** Whether to speak TLS. */
  readonly tls?: boolean;
  /** Whose certificates are trusted, as PEM, besides those that the system trusts; means TLS. */
  readonly ca?: string;
}

/** How it stands with the server. */
export type SourceStatus =
  | { readonly state: "connecting"; readonly reason?: string; readonly retryAt?: number }
  | { readonly state: "connected" }
  | { readonly state: "refused"; readonly reason: string };

/** What has passed since the receiver was made. */
export interface ReceiverCounts {
  /** Frames that came. */
  received: number;
  /** Frames that the server skipped, as their numbers tell. */
  missed: number;
  /** How often a connection was lost and made again. */
  reconnects: number;
}

/** A connection that comes back by itself. Closing it ends it for good. */
export interface Receiver extends AsyncDisposable {
  /** The frames, as they come. */
  readonly frames: Hub<Frame>;
  /** How it stands with the server. */
  readonly source: Hub<SourceStatus>;
  /** How it stands with the camera, as the server tells. */
  readonly status: Hub<CameraStatus>;
  /** What the camera is, as the server last told. */
  readonly camera: CameraInfo | undefined;
  /** The server's clock. */
  readonly clock: ClockSync;
  /** What has passed. */
  readonly counts: Readonly<ReceiverCounts>;
  /** Rejects with a {@linkcode RefusedError} when trying again cannot help; never resolves. */
  readonly refused: Promise<never>;
}

/** Connects to a server, and connects again whenever the connection is lost. */
export function receive(options: ReceiveOptions): Receiver {
  return new ReconnectingReceiver(options);
}

class ReconnectingReceiver implements Receiver {
  readonly frames = new Hub<Frame>();
  readonly source = new Hub<SourceStatus>();
  readonly status = new Hub<CameraStatus>();
  readonly counts: ReceiverCounts = { received: 0, missed: 0, reconnects: 0 };
  camera: CameraInfo | undefined;
  clock = new ClockSync();
  readonly #options: ReceiveOptions;
  readonly #closing = new AbortController();
  readonly #refused = Promise.withResolvers<never>();
  readonly #backoff = new Backoff(RECONNECT_MS);
  readonly #living: Promise<void>;
  #everConnected = false;
  #sequence: number | undefined;
  #connectedAt = 0;
  /** The newest frame, while the server's clock is not known: nobody could tell how old it is. */
  #held: Frame | undefined;

  constructor(options: ReceiveOptions) {
    this.#options = options;
    this.#refused.promise.catch(() => {});
    this.#living = this.#live(this.#closing.signal);
  }

  get refused(): Promise<never> {
    return this.#refused.promise;
  }

  async #live(signal: AbortSignal): Promise<void> {
    this.source.publish({ state: "connecting" });
    while (true) {
      const startedAt = performance.now();
      const reason = await this.#connection(signal);
      if (signal.aborted) return;
      if (reason instanceof RefusedError) {
        this.source.publish({ state: "refused", reason: reason.message });
        return this.#refused.reject(reason);
      }
      // A try that found nobody has been a wait itself: on a dead link it takes seconds.
      const tried = reason instanceof NobodyError ? performance.now() - startedAt : 0;
      const wait = Math.max(RECONNECT_MS.min, this.#backoff.next() - tried);
      this.source.publish({ state: "connecting", reason: reason.message, retryAt: now() + wait });
      await delay(wait, { signal }).catch(() => {});
    }
  }

  /** One connection; returns why it ended. */
  async #connection(signal: AbortSignal): Promise<Error> {
    const { host: hostname, port, token, tls, ca } = this.#options;
    let connected = false;
    try {
      for await (const event of connect({ hostname, port, token, tls, ca, signal })) {
        // A challenge, and the no to what it was answered with, come before the connection stands.
        const stands = event.type !== "challenge" && event.type !== "error";
        if (stands && !connected) this.#connected();
        connected ||= stands;
        this.#take(event);
      }
      return new Error(`${hostname}:${port} closed the connection`);
    } catch (error) {
      if (error instanceof RefusedError) {
        return new RefusedError(`${hostname}:${port}: ${error.message}`);
      }
      // Its number is of no use to who reads it.
      const message = (error as Error).message.replace(/ \(os error \d+\)$/, "");
      if (error instanceof NotNowError) return new Error(`${hostname}:${port}: ${message}`);
      if (connected) return new Error(`the connection to ${hostname}:${port} was lost: ${message}`);
      if (error instanceof ProtocolError && !this.#everConnected) {
        return new RefusedError(`${hostname}:${port} is no socketcam server: ${message}`);
      }
      return new NobodyError(`no server at ${hostname}:${port}: ${message}`);
    }
  }

  #connected(): void {
    if (this.#everConnected) this.counts.reconnects++;
    this.#everConnected = true;
    this.#sequence = undefined;
    this.#held = undefined;
    this.#connectedAt = performance.now();
    this.clock = new ClockSync();
    this.#backoff.reset();
    this.source.publish({ state: "connected" });
  }

  #take(event: ConnectionEvent): void {
    switch (event.type) {
      case "challenge":
        return;
      case "frame":
        return this.#takeFrame(event.bytes);
      case "welcome":
        this.camera = event.camera;
        return;
      case "camera":
        return this.status.publish(
          event.state === "lost"
            ? { state: "lost", reason: event.reason ?? "the server does not say why" }
            : { state: event.state },
        );
      case "pong":
        this.clock.add(event.sent, event.now);
        return this.#release();
      case "error":
        if (event.code === "token") {
          throw new RefusedError(`${event.message}; give the right one with --token`);
        }
        if (event.code === "protocol") throw new RefusedError(event.message);
        throw new NotNowError(event.message);
    }
  }

  #takeFrame(bytes: Uint8Array<ArrayBuffer>): void {
    this.counts.received++;
    // A server that is not ours may send pictures without the block: they are of now.
    const exif = readExif(bytes) ??
      { sequence: this.counts.received, capturedAt: now() + this.clock.offset };
    const { sequence } = exif;
    if (this.#sequence !== undefined && sequence !== nextSequence(this.#sequence)) {
      this.counts.missed += Math.max(0, sequence - this.#sequence - 1);
    }
    this.#sequence = sequence;
    this.#held = lentFrame({ bytes, ...exif });
    const isClockKnown = this.clock.roundTrip !== null;
    if (isClockKnown || performance.now() > this.#connectedAt + CLOCK_WAIT_MS) this.#release();
  }

  #release(): void {
    if (this.#held) this.frames.publish(this.#held);
    this.#held = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#living;
    this.frames.close();
    this.status.close();
    this.source.close();
  }
}

/** Returned when no server was found. */
class NobodyError extends Error {}

/** Thrown when the server does not take this client now, but may do so later. */
class NotNowError extends Error {}
