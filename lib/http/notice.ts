/**
 * What viewers are shown while no picture comes: the last one, with the reason in words.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { type FeedState, trouble } from "./state.ts";

/** How long no frame may come before it is asked why, in milliseconds: drawing takes time too. */
export const PATIENCE_MS = 500;

/** Draws words on a frame; without one, on nothing. */
export type DrawNotice = (words: string, last: Frame | undefined) => Promise<Frame>;

/** Keeps the notice that fits. */
export class Notice {
  readonly #frames: Hub<Frame>;
  readonly #readState: () => FeedState;
  readonly #draw: DrawNotice;
  #seen = 0;
  #lastAt = performance.now();
  #words: string | undefined;
  #drawn: Frame | undefined;

  /** Makes one for the viewers of `frames`. */
  constructor(frames: Hub<Frame>, readState: () => FeedState, draw: DrawNotice) {
    this.#frames = frames;
    this.#readState = readState;
    this.#draw = draw;
  }

  /** What is to be shown now instead of the last frame, as soon as it is drawn. */
  read(): Frame | undefined {
    const at = performance.now();
    if (this.#frames.published !== this.#seen) {
      this.#seen = this.#frames.published;
      this.#lastAt = at;
      this.#words = this.#drawn = undefined;
    }
    if (at < this.#lastAt + PATIENCE_MS) return undefined;
    const words = trouble(this.#readState());
    if (words !== this.#words) void this.#renew(words);
    return this.#words === undefined ? undefined : this.#drawn;
  }

  async #renew(words: string | undefined): Promise<void> {
    this.#words = words;
    if (words === undefined) return;
    const seen = this.#seen;
    const drawn = await this.#draw(words, this.#frames.latest).catch(() => undefined);
    // It may have taken so long that something else is to be said, or nothing any more.
    if (words === this.#words && seen === this.#seen) this.#drawn = drawn;
  }
}
