import type { Feed } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Frame } from "../frame/frame.ts";
import type { Shown } from "../http/channels.ts";
import type { FeedState } from "../http/state.ts";
import { now } from "../time/clock.js";
import { View, type ViewOptions } from "./view.ts";

/**
 * One of several cameras, as viewers see it. Its feed may go and another one come under its name: who
 * watches stays, and sees a notice in between.
 */
export class Exhibit implements Shown, AsyncDisposable {
  readonly frames = new Hub<Frame>(() => this.#updateDemand());
  /** What it is called. */
  name: string;
  readonly #options: ViewOptions;
  #feed: Feed | undefined;
  #view: View | undefined;
  #passing: Mailbox<Frame> | undefined;
  /** What was known when the last feed went. */
  #last: FeedState | undefined;
  #closing: Promise<void> = Promise.resolve();

  /** Creates it without a feed. */
  constructor(name: string, options: ViewOptions) {
    this.name = name;
    this.#options = options;
  }

  /** The feed that it shows. */
  get feed(): Feed | undefined {
    return this.#feed;
  }

  /** Whether it has no feed that could give frames. */
  get isGone(): boolean {
    return this.#view === undefined;
  }

  /** Shows this feed from now on, or a notice if there is none. */
  show(feed: Feed | undefined): void {
    if (feed === this.#feed) return;
    this.#feed = feed;
    this.#leave();
    if (!feed) return;
    const view = this.#view = new View(feed, this.#options);
    view.frames.ended.catch(() => {}).then(() => view === this.#view && this.#leave());
    this.#updateDemand();
  }

  readonly readState = (): FeedState => this.#view?.readState() ?? this.#goneState();

  #leave(): void {
    const view = this.#view;
    if (!view) return;
    this.#last = view.readState();
    this.#view = undefined;
    this.#updateDemand();
    this.#closing = Promise.all([this.#closing, view[Symbol.asyncDispose]()]).then(() => {});
  }

  #goneState(): FeedState {
    const { source, camera, frames, ...rest } = this.#last!;
    const reason = `camera ${this.name} is no longer there`;
    return {
      ...rest,
      now: now(),
      source: { ...source, state: "connected", reason: undefined, retryInMs: undefined },
      camera: { ...camera, state: "lost", reason },
      frames: { ...frames, fps: 0, bytesPerSecond: 0 },
    };
  }

  /** Takes frames of the view that is there, while somebody watches. */
  #updateDemand(): void {
    this.#passing?.return();
    this.#passing = undefined;
    if (this.#view && this.frames.subscribers > 0) {
      this.#passing = this.#view.frames.subscribe();
      void this.#pass(this.#passing);
    }
  }

  async #pass(frames: Mailbox<Frame>): Promise<void> {
    try {
      for await (const frame of frames) this.frames.publish(frame);
    } catch {
      // Whoever watches the source of the frames reports its error.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.show(undefined);
    this.frames.close();
    await this.#closing;
  }
}
