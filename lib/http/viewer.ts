import type { Duplex } from "node:stream";
import { addressKey } from "../access/address_key.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import { RateMeter } from "../flow/meters.js";
import { Pace } from "../flow/pace.ts";
import type { Frame } from "../frame/frame.ts";
import type { PlaceHolder } from "./places.ts";

/** One viewer, as `/state` shows it. */
export interface ViewerState {
  /** The viewer's address and port; behind a trusted proxy, the address alone. */
  readonly address: string;
  /** The requested path and query. */
  readonly path: string;
  /** How many frames it gets a second. */
  readonly fps: number;
  /** How many frames it missed because it was still busy with an earlier one. */
  readonly skipped: number;
}

/** Options of a {@linkcode Viewer}. */
export interface ViewerOptions extends Pick<ViewerState, "path"> {
  /** The viewer's address. */
  readonly hostname: string;
  /** The viewer's port, if it is known. */
  readonly port?: number;
  /** The most frames a second that it wants; may be `Infinity`. */
  readonly fps: number;
  /** Whether it gets the last frame again, or a notice, while no new frame comes. */
  readonly repeats: boolean;
  /** Whether it has to leave. */
  readonly isOver?: () => boolean;
  /** Whether it is a part of a viewer that watches several cameras. */
  readonly isTile?: boolean;
}

/**
 * How long a viewer may get nothing before its last frame is repeated, in milliseconds. Home
 * Assistant ends a stream after 10 s without bytes, and Chrome shows a picture only when the next
 * one begins (https://crbug.com/527446).
 */
export const REPEAT_MS = 1000;

/** The fewest frames a second that a viewer may ask for: one a minute. */
export const MIN_FPS = 1 / 60;

/** One viewer: which frames it gets and when, and its figures. */
export class Viewer implements PlaceHolder {
  readonly key: string;
  readonly isTile: boolean;
  readonly #frames: Mailbox<Frame>;
  readonly #options: ViewerOptions;
  readonly #onLeave: () => void;
  readonly #pace: Pace | undefined;
  readonly #rate = new RateMeter();
  #connection: Duplex | undefined;
  #last: Frame | undefined;
  #lastAt = performance.now();
  #isWaiting = false;

  /** Creates a viewer of a mailbox, which it closes when it leaves. */
  constructor(frames: Mailbox<Frame>, options: ViewerOptions, onLeave: () => void) {
    this.key = addressKey(options.hostname);
    this.isTile = options.isTile ?? false;
    this.#frames = frames;
    this.#options = options;
    this.#onLeave = onLeave;
    this.#pace = Number.isFinite(options.fps) ? new Pace(options.fps) : undefined;
  }

  /** Ties the viewer to its connection: when one ends, so does the other. */
  attach(connection: Duplex): void {
    this.#connection = connection;
    connection.once("close", () => this.leave());
  }

  /** The next frame for this viewer, which the caller releases; undefined at the end. */
  async next(): Promise<Frame | undefined> {
    while (true) {
      let frame: Frame | undefined;
      this.#isWaiting = true;
      try {
        frame = (await this.#frames.next()).value;
      } catch {
        // The owner of the frames' source reports its error.
      }
      this.#isWaiting = false;
      if (!frame) return undefined;
      const at = performance.now();
      if (this.#pace && !this.#pace.take(at) && frame !== this.#last) {
        frame.release();
        continue;
      }
      this.#remember(frame);
      this.#lastAt = at;
      this.#rate.add(frame.bytes.length, at);
      return frame;
    }
  }

  /** Whether it has to leave. */
  get isOver(): boolean {
    return this.#options.isOver?.() ?? false;
  }

  /** 0 while it waits. */
  get stalledMs(): number {
    return this.#isWaiting ? 0 : performance.now() - this.#lastAt;
  }

  /** Shows `notice`, or the last frame once more, if the viewer has waited too long for another. */
  remind(notice: Frame | undefined): void {
    if (!this.#options.repeats || !this.#isWaiting) return;
    if (performance.now() < this.#lastAt + REPEAT_MS) return;
    const frame = notice ?? this.#last;
    if (frame) this.show(frame);
  }

  /** Shows a frame that is not new, without regard to the viewer's pace. */
  show(frame: Frame): void {
    this.#remember(frame);
    this.#frames.put(frame);
  }

  #remember(frame: Frame | undefined): void {
    if (frame === this.#last) return;
    frame?.retain();
    this.#last?.release();
    this.#last = frame;
  }

  /** How many frames it has missed. */
  get skipped(): number {
    return this.#frames.skipped;
  }

  /** Ends the viewer, and its connection in any state. */
  leave(): void {
    this.#frames.return();
    this.#remember(undefined);
    this.#onLeave();
    this.#connection?.destroy();
  }

  /** As `/state` shows it. */
  get state(): ViewerState {
    const { hostname, port, path } = this.#options;
    return {
      address: port === undefined ? hostname : `${hostname}:${port}`,
      path,
      fps: this.#rate.read().fps,
      skipped: this.skipped,
    };
  }
}

/** The connection of a viewer's request. */
export interface ViewerRequest {
  readonly socket: Duplex;
  readonly method: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A response that writes itself to its connection. */
export abstract class LastingResponse extends Response {
  /** Ties it to its connection: when one ends, so does the other. */
  abstract attach(connection: Duplex): void;

  /**
   * Writes to the request's connection, until it closes or the frames end.
   *
   * @param head bytes that came after the request already.
   */
  abstract writeTo(request: ViewerRequest, head: Buffer): Promise<void>;
}

/** A response that shows frames to one viewer. */
export abstract class ViewerResponse extends LastingResponse {
  constructor(readonly viewer: Viewer, headers?: HeadersInit) {
    super(null, { headers });
  }

  override attach(connection: Duplex): void {
    this.viewer.attach(connection);
  }
}
