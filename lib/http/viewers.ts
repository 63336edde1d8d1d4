/**
 * All who watch over HTTP.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { Viewer, type ViewerOptions, type ViewerState } from "./viewer.ts";

/** How many may watch at the same time. */
export const MAX_VIEWERS = 1000;
/**
 * How long a viewer keeps its place without taking anything, in milliseconds, when there is no
 * other place left: a hidden tab may sleep for as long as it likes, but not shut out who watches.
 */
export const STALLED_MS = 60_000;
/** How often viewers are looked after, in milliseconds. */
const ROUND_MS = 100;

/** All viewers. Disposing of it ends their streams. */
export class Viewers {
  readonly #frames: Hub<Frame>;
  readonly #notice: () => Frame | undefined;
  readonly #viewers = new Set<Viewer>();
  readonly #timer: ReturnType<typeof setInterval>;

  /** Makes the circle of who watches `frames`; `notice` is shown instead when it gives one. */
  constructor(frames: Hub<Frame>, notice: () => Frame | undefined = () => undefined) {
    this.#frames = frames;
    this.#notice = notice;
    this.#timer = setInterval(() => this.#lookAfter(), ROUND_MS);
  }

  /** A viewer comes, if there is a place for it. */
  join(options: ViewerOptions): Viewer | undefined {
    if (this.#viewers.size >= MAX_VIEWERS) this.#makeRoom();
    if (this.#viewers.size >= MAX_VIEWERS) return undefined;
    const viewer: Viewer = new Viewer(
      this.#frames.borrow(),
      options,
      () => this.#viewers.delete(viewer),
    );
    this.#viewers.add(viewer);
    return viewer;
  }

  /** All of them, as `/state` shows them. */
  get state(): ViewerState[] {
    return [...this.#viewers].map(({ state }) => state);
  }

  #makeRoom(): void {
    const stalled = [...this.#viewers].filter(({ stalledMs }) => stalledMs >= STALLED_MS);
    stalled.sort((one, other) => other.stalledMs - one.stalledMs)[0]?.leave();
  }

  #lookAfter(): void {
    if (this.#viewers.size === 0) return;
    const notice = this.#notice();
    for (const viewer of this.#viewers) viewer.remind(notice);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const viewer of [...this.#viewers]) viewer.leave();
  }
}
