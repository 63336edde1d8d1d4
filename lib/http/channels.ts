import type { Controls } from "../flow/controls.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { type DrawNotice, Notice } from "./notice.ts";
import { Places } from "./places.ts";
import type { FeedState } from "./state.ts";
import { Viewers } from "./viewers.ts";

/**
 * Makes a PNG of a frame; it is done with the frame once the promise settles. The signal is aborted
 * when nobody waits for the PNG any more.
 */
export type EncodePng = (frame: Frame, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

/** A camera to show. */
export interface Shown {
  /** The frames to show. */
  readonly frames: Hub<Frame>;
  /** Returns their state. */
  readonly readState: () => FeedState;
  /** Its controls, at each change; missing if viewers may not change them. */
  readonly controls?: Hub<Controls>;
  /** Whether it has gone: those who still watch see it, but it is not listed. */
  readonly isGone?: boolean;
}

/** A camera as viewers get it. */
export interface Channel extends Shown {
  /** Its viewers. */
  readonly viewers: Viewers;
  /** Makes a PNG of a frame; without it, there is no `/snapshot.png`. */
  readonly encodePng?: EncodePng;
}

/** Cameras by name, in order, including those that have gone. */
export type ChannelMap = ReadonlyMap<string, Channel>;

/** What all cameras have in common. */
export interface ChannelOptions {
  /** Makes the PNG of `/snapshot.png`; without it, there is none. */
  readonly encodePng?: EncodePng;
  /** Draws the notice while no frames come; without it, viewers see the last frame. */
  readonly drawNotice?: DrawNotice;
}

/** The name of a single camera. */
export const ONLY = "1";

/** The cameras of an endpoint. Disposing of it ends their viewers. */
export class Channels implements Disposable {
  /** The places for all viewers. */
  readonly places = new Places();
  readonly #options: ChannelOptions;
  readonly #channels = new Map<Shown, Channel>();
  #map: ChannelMap = new Map();
  #closed = false;

  /** Creates it without cameras. */
  constructor(options: ChannelOptions = {}) {
    this.#options = options;
  }

  /** The cameras by name, in order. */
  get channels(): ChannelMap {
    return this.#map;
  }

  /** Shows these from now on; the viewers of all others leave. */
  show(cameras: ReadonlyMap<string, Shown>): void {
    if (this.#closed) return;
    const kept = new Set(cameras.values());
    for (const [shown, { viewers }] of this.#channels) {
      if (kept.has(shown)) continue;
      this.#channels.delete(shown);
      viewers[Symbol.dispose]();
    }
    this.#map = new Map([...cameras].map(([name, shown]) => [name, this.#channelOf(shown)]));
  }

  #channelOf(shown: Shown): Channel {
    let channel = this.#channels.get(shown);
    if (!channel) this.#channels.set(shown, channel = this.#open(shown));
    return channel;
  }

  #open(shown: Shown): Channel {
    const { frames, readState } = shown;
    const { encodePng, drawNotice } = this.#options;
    const notice = drawNotice && new Notice(frames, readState, drawNotice);
    const viewers = new Viewers(frames, () => notice?.read(), this.places);
    return {
      frames,
      readState,
      viewers,
      encodePng,
      get controls() {
        return shown.controls;
      },
      get isGone() {
        return shown.isGone;
      },
    };
  }

  [Symbol.dispose](): void {
    this.show(new Map());
    this.#closed = true;
  }
}
