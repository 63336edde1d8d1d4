import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { Places } from "./places.ts";
import { Viewer, type ViewerOptions, type ViewerState } from "./viewer.ts";

export { MAX_VIEWERS, STALLED_MS } from "./places.ts";

/** How many viewers are listed. */
export const MAX_LISTED = 50;
/** How often to check for viewers that have waited too long, in milliseconds. */
const ROUND_MS = 100;

/** All viewers of a camera. Disposing of it ends them. */
export class Viewers {
  readonly #frames: Hub<Frame>;
  readonly #notice: () => Frame | undefined;
  readonly #places: Places;
  readonly #viewers = new Set<Viewer>();
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * @param notice what to show instead of the last frame, if anything.
   * @param places the places that it shares with other cameras.
   */
  constructor(
    frames: Hub<Frame>,
    notice: () => Frame | undefined = () => undefined,
    places: Places = new Places(),
  ) {
    this.#frames = frames;
    this.#notice = notice;
    this.#places = places;
    this.#timer = setInterval(() => this.#remindAll(), ROUND_MS);
  }

  /** Admits a viewer; undefined without a free place. */
  join(options: ViewerOptions): Viewer | undefined {
    if (!this.#places.hasRoom(options.hostname)) return undefined;
    const viewer: Viewer = new Viewer(this.#frames.subscribe(), options, () => {
      this.#viewers.delete(viewer);
      this.#places.free(viewer);
    });
    this.#viewers.add(viewer);
    this.#places.take(viewer);
    return viewer;
  }

  /** How many there are. */
  get count(): number {
    return this.#viewers.size;
  }

  /** The first of them, for `/state`. */
  get state(): ViewerState[] {
    return [...this.#viewers].slice(0, MAX_LISTED).map(({ state }) => state);
  }

  #remindAll(): void {
    if (this.#viewers.size === 0) return;
    const notice = this.#notice();
    for (const viewer of this.#viewers) {
      if (viewer.isOver) viewer.leave();
      else viewer.remind(notice);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const viewer of [...this.#viewers]) viewer.leave();
  }
}
