import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { type FeedState, unavailableReason } from "./state.ts";

/** How long no frame may come before a notice is drawn, in milliseconds: drawing takes time too. */
export const PATIENCE_MS = 500;

/** Draws words on a frame, or on an empty one. The caller releases the result. */
export type DrawNotice = (words: string, last: Frame | undefined) => Promise<Frame>;

/** What viewers see while no frames come: the last picture, with the reason in words. */
export class Notice {
  readonly #frames: Hub<Frame>;
  readonly #readState: () => FeedState;
  readonly #draw: DrawNotice;
  #seen = 0;
  #lastAt = performance.now();
  #reason: string | undefined;
  #drawn: Frame | undefined;

  constructor(frames: Hub<Frame>, readState: () => FeedState, draw: DrawNotice) {
    this.#frames = frames;
    this.#readState = readState;
    this.#draw = draw;
  }

  /** What to show now instead of the last frame; undefined while frames come or nothing is drawn. */
  read(): Frame | undefined {
    const at = performance.now();
    if (this.#frames.published !== this.#seen) {
      this.#seen = this.#frames.published;
      this.#lastAt = at;
      this.#reason = undefined;
      this.#keep(undefined);
    }
    if (at < this.#lastAt + PATIENCE_MS) return undefined;
    const reason = unavailableReason(this.#readState());
    if (reason !== this.#reason) void this.#renew(reason);
    return this.#reason === undefined ? undefined : this.#drawn;
  }

  async #renew(reason: string | undefined): Promise<void> {
    this.#reason = reason;
    if (reason === undefined) return;
    const seen = this.#seen;
    const last = this.#frames.latest;
    last?.retain();
    const drawn = await this.#draw(reason, last).catch(() => undefined);
    last?.release();
    // The reason may have changed while it was drawn, or frames may have come.
    if (reason === this.#reason && seen === this.#seen) this.#keep(drawn);
    else drawn?.release();
  }

  #keep(drawn: Frame | undefined): void {
    this.#drawn?.release();
    this.#drawn = drawn;
  }
}
