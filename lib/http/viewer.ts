/**
 * One who watches over HTTP.
 *
 * @module
 */

import { drop, hold } from "../flow/loan.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import { RateMeter } from "../flow/meter.ts";
import { Pace } from "../flow/pace.ts";
import type { Frame } from "../frame/frame.ts";

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

/** What a viewer is to get. */
export interface ViewerOptions {
  /** The viewer's address. */
  readonly address: string;
  /** What it asked for. */
  readonly path: string;
  /** Frames it wants a second, at most. */
  readonly fps: number;
  /** Whether it gets the last frame again, or a notice, when no other comes. */
  readonly repeats: boolean;
}

/**
 * How long a viewer may get no frame, in milliseconds; then the last one is sent again. Home
 * Assistant ends a stream after 10 s without bytes, and Chrome shows a picture only when the next
 * one begins (https://crbug.com/527446).
 */
export const REPEAT_MS = 1000;

/** One viewer's frames. */
export class Viewer {
  /** Ends the viewer's connection, whatever state that is in. */
  hangUp: () => void = () => {};
  readonly #frames: Mailbox<Frame>;
  readonly #address: string;
  readonly #path: string;
  readonly #pace: Pace | undefined;
  readonly #repeats: boolean;
  readonly #rate = new RateMeter();
  readonly #onLeave: () => void;
  #last: Frame | undefined;
  #lastAt = performance.now();
  #isWaiting = false;

  /** Makes a viewer of a mailbox, which is closed when the viewer leaves. */
  constructor(
    frames: Mailbox<Frame>,
    { address, path, fps, repeats }: ViewerOptions,
    onLeave: () => void,
  ) {
    this.#frames = frames;
    this.#onLeave = onLeave;
    this.#address = address;
    this.#path = path;
    this.#repeats = repeats;
    this.#pace = Number.isFinite(fps) ? new Pace(fps) : undefined;
  }

  /** The next frame that the viewer wants; undefined at the end. */
  async next(): Promise<Frame | undefined> {
    while (true) {
      this.#isWaiting = true;
      const { value: frame } = await this.#frames.next();
      this.#isWaiting = false;
      if (!frame) return undefined;
      const at = performance.now();
      if (this.#pace && !this.#pace.take(at) && frame !== this.#last) continue;
      this.#remember(frame);
      this.#lastAt = at;
      this.#rate.add(frame.bytes.length, at);
      return frame;
    }
  }

  /** How long it has not been done with its last frame, in milliseconds; 0 when it is. */
  get stalledMs(): number {
    return this.#isWaiting ? 0 : performance.now() - this.#lastAt;
  }

  /** Gives it the last frame once more, or `instead`, when it has waited too long for another. */
  remind(instead: Frame | undefined): void {
    if (!this.#repeats || !this.#isWaiting) return;
    if (performance.now() < this.#lastAt + REPEAT_MS) return;
    const frame = instead ?? this.#last;
    if (frame) this.show(frame);
  }

  /** Gives it a frame that is none of the newest, whatever its pace. */
  show(frame: Frame): void {
    this.#remember(frame);
    this.#frames.put(frame);
  }

  #remember(frame: Frame): void {
    if (frame === this.#last) return;
    hold(frame);
    if (this.#last) drop(this.#last);
    this.#last = frame;
  }

  /** Frames it missed so far. */
  get skipped(): number {
    return this.#frames.skipped;
  }

  /** It has gone, or has to. */
  leave(): void {
    this.#frames.return();
    this.#onLeave();
    this.hangUp();
  }

  /** As `/state` shows it. */
  get state(): ViewerState {
    const { fps } = this.#rate.read();
    return { address: this.#address, path: this.#path, fps, skipped: this.skipped };
  }
}
