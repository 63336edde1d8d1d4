import { addressKey } from "../access/address_key.ts";
import { placeFor } from "../access/oldest_of_most.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { Viewer, type ViewerOptions, type ViewerState } from "./viewer.ts";

/** How many viewers there may be at the same time. */
export const MAX_VIEWERS = 1000;
/**
 * How long a viewer that takes nothing keeps its place once all are taken, in milliseconds: a hidden
 * tab may sleep, but not shut others out.
 */
export const STALLED_MS = 60_000;
/** How many viewers are listed. */
export const MAX_LISTED = 50;
/** How often to look which viewers have waited too long, in milliseconds. */
const ROUND_MS = 100;

/** All viewers of a hub. Disposing of it ends them. */
export class Viewers {
  readonly #frames: Hub<Frame>;
  readonly #notice: () => Frame | undefined;
  readonly #viewers = new Set<Viewer>();
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param notice what to show instead of the last frame, if anything. */
  constructor(frames: Hub<Frame>, notice: () => Frame | undefined = () => undefined) {
    this.#frames = frames;
    this.#notice = notice;
    this.#timer = setInterval(() => this.#remindAll(), ROUND_MS);
  }

  /** Lets a viewer in; undefined without a free place. */
  join(options: ViewerOptions): Viewer | undefined {
    if (this.#viewers.size >= MAX_VIEWERS) this.#makeRoom(options.hostname);
    if (this.#viewers.size >= MAX_VIEWERS) return undefined;
    const viewer: Viewer = new Viewer(
      this.#frames.subscribe(),
      options,
      () => this.#viewers.delete(viewer),
    );
    this.#viewers.add(viewer);
    return viewer;
  }

  /** How many there are. */
  get count(): number {
    return this.#viewers.size;
  }

  /** The first of them, as `/state` shows them. */
  get state(): ViewerState[] {
    return [...this.#viewers].slice(0, MAX_LISTED).map(({ state }) => state);
  }

  /** Ends whoever takes nothing, or else the oldest viewer of the address that has most. */
  #makeRoom(hostname: string): void {
    const stalled = [...this.#viewers].filter(({ stalledMs }) => stalledMs >= STALLED_MS);
    if (stalled.length > 0) {
      return stalled.reduce((one, other) => other.stalledMs > one.stalledMs ? other : one).leave();
    }
    placeFor(addressKey(hostname), [...this.#viewers])?.leave();
  }

  #remindAll(): void {
    if (this.#viewers.size === 0) return;
    const notice = this.#notice();
    for (const viewer of this.#viewers) viewer.remind(notice);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const viewer of [...this.#viewers]) viewer.leave();
  }
}
