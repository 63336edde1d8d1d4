import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { type FeedState, unavailableReason } from "./state.ts";

/** After how long without a frame a notice is drawn, in milliseconds; drawing takes time, too. */
export const PATIENCE_MS = 500;
/** How long a notice stays, in milliseconds, even if the reason changes faster. */
export const REDRAW_MS = 1000;

/** Draws words on a frame, or on an empty one. The caller releases the result. */
export type DrawNotice = (words: string, last: Frame | undefined) => Promise<Frame>;

/** The notice that viewers see while no frames come: the last picture, with the reason in words. */
export class Notice {
  readonly #frames: Hub<Frame>;
  readonly #readState: () => FeedState;
  readonly #draw: DrawNotice;
  #seen = 0;
  #lastAt = performance.now();
  /** The notice that was drawn last, or is being drawn. */
  #reason: string | undefined;
  #drawn: Frame | undefined;
  #isDrawing = false;
  #drawsAt = -Infinity;

  constructor(frames: Hub<Frame>, readState: () => FeedState, draw: DrawNotice) {
    this.#frames = frames;
    this.#readState = readState;
    this.#draw = draw;
  }

  /**
   * The notice to show now instead of the last frame; undefined while frames come or no notice is
   * drawn.
   */
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
    if (reason === undefined) return undefined;
    // Only one is drawn at a time; by its end, the reason may have changed.
    const isDue = !this.#isDrawing && at >= this.#drawsAt;
    if (reason !== this.#reason && isDue) void this.#renew(reason);
    return this.#drawn;
  }

  async #renew(reason: string): Promise<void> {
    this.#reason = reason;
    this.#isDrawing = true;
    const seen = this.#seen;
    const last = this.#frames.latest;
    last?.retain();
    const drawn = await this.#draw(reason, last).catch(() => undefined);
    last?.release();
    this.#isDrawing = false;
    this.#drawsAt = performance.now() + REDRAW_MS;
    // Frames may have come meanwhile.
    if (seen === this.#seen) this.#keep(drawn);
    else drawn?.release();
  }

  #keep(drawn: Frame | undefined): void {
    this.#drawn?.release();
    this.#drawn = drawn;
  }
}
