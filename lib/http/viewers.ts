/**
 * Who watches over HTTP.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import { RateMeter } from "../flow/meter.ts";
import { Pace } from "../flow/pace.ts";
import type { Frame } from "../frame/frame.ts";

/**
 * How long a viewer may get no frame, in milliseconds; then the last one is sent again. Home
 * Assistant ends a stream after 10 s without bytes, and Chrome shows a picture only when the next
 * one begins (https://crbug.com/527446).
 */
export const REPEAT_MS = 1000;

/** One viewer, as `/state` shows it. */
export interface ViewerState {
  /** The viewer's address. */
  readonly address: string;
  /** What it asked for. */
  readonly path: string;
  /** Frames it gets a second. */
  readonly fps: number;
  /** Frames it missed, since it was not done with the one before. */
  readonly skipped: number;
}

/** One viewer's frames. */
export class Viewer {
  readonly frames: Mailbox<Frame>;
  readonly #address: string;
  readonly #path: string;
  readonly #pace: Pace;
  readonly #rate = new RateMeter();
  #last: Frame | undefined;
  #lastAt = performance.now();

  constructor(frames: Mailbox<Frame>, address: string, path: string, fps: number) {
    this.frames = frames;
    this.#address = address;
    this.#path = path;
    this.#pace = new Pace(fps);
  }

  /** The next frame that the viewer wants; undefined at the end. */
  async next(): Promise<Frame | undefined> {
    while (true) {
      const { value: frame } = await this.frames.next();
      if (!frame) return undefined;
      if (!this.#pace.take() && frame !== this.#last) continue;
      this.#took(frame);
      return frame;
    }
  }

  #took(frame: Frame): void {
    this.#last = frame;
    this.#lastAt = performance.now();
    this.#rate.add(frame.bytes.length, this.#lastAt);
  }

  /** Puts the last frame in again, when it has been the last for too long. */
  repeat(): void {
    if (this.#last && performance.now() - this.#lastAt >= REPEAT_MS) this.frames.put(this.#last);
  }

  /** As `/state` shows it. */
  get state(): ViewerState {
    const { fps } = this.#rate.read();
    return { address: this.#address, path: this.#path, fps, skipped: this.frames.skipped };
  }
}

/** All viewers. Disposing of it ends their streams. */
export class Viewers {
  readonly #frames: Hub<Frame>;
  readonly #viewers = new Set<Viewer>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(frames: Hub<Frame>) {
    this.#frames = frames;
    this.#timer = setInterval(() => this.#repeat(), REPEAT_MS);
  }

  /** A viewer comes that wants `fps` frames a second at most; {@linkcode leave} it when it goes. */
  join(address: string, path: string, fps: number): Viewer {
    const viewer = new Viewer(this.#frames.subscribe(), address, path, fps);
    this.#viewers.add(viewer);
    return viewer;
  }

  /** A viewer has gone. */
  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    viewer.frames.return();
  }

  /** All of them, as `/state` shows them. */
  get state(): ViewerState[] {
    return [...this.#viewers].map(({ state }) => state);
  }

  #repeat(): void {
    for (const viewer of this.#viewers) viewer.repeat();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const viewer of [...this.#viewers]) this.leave(viewer);
  }
}
