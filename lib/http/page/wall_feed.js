import { Feed } from "./feed.js";

/** How long to wait before a camera that was refused is asked for again, in milliseconds. */
const AGAIN_MS = 2000;

/** Frames of several cameras over one WebSocket (`/ws?cameras`). */
export class WallFeed {
  #feed;
  /** What is watched, by the number of the tile. */
  #watched = new Map();

  /** @param {() => void} fallback called when WebSockets do not work */
  constructor(fallback) {
    this.#feed = new Feed("ws?cameras", {
      open: () => {
        for (const [tile, watch] of this.#watched) this.#ask(tile, watch);
      },
      message: (data, isCurrent) => {
        if (typeof data === "string") return this.#refused(JSON.parse(data));
        const [tile] = new Uint8Array(data, 0, 1);
        const draw = this.#watched.get(tile)?.draw;
        draw?.(new Uint8Array(data, 1), isCurrent, () => this.#feed.send(String(tile)));
      },
      fallback,
    });
  }

  open() {
    this.#feed.open();
  }

  close() {
    this.#feed.close();
  }

  /** Reconnects or falls back, as {@linkcode Feed.check} does. */
  check(how) {
    this.#feed.check(how);
  }

  /**
   * From now on, gets frames of a camera.
   *
   * @param {number} tile
   * @param {{ id: string, fps?: number, draw: ReturnType<import("./feed.js").inTurn> }} watch
   */
  watch(tile, watch) {
    const before = this.#watched.get(tile);
    if (before?.id === watch.id && before.fps === watch.fps) return;
    this.#watched.set(tile, watch);
    this.#ask(tile, watch);
  }

  leave(tile) {
    if (this.#watched.delete(tile)) this.#feed.send(JSON.stringify({ leave: tile }));
  }

  #ask(tile, { id, fps }) {
    this.#feed.send(JSON.stringify({ watch: id, tile, fps }));
  }

  /** No more frames of this tile come: the camera may return, or a place become free. */
  #refused({ tile }) {
    const watch = this.#watched.get(tile);
    setTimeout(
      () => watch && this.#watched.get(tile) === watch && this.#ask(tile, watch),
      AGAIN_MS,
    );
  }
}
