import type { DecodeStage } from "../decode/stage.ts";
import { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Frame } from "../frame/frame.ts";
import type { Shown } from "../http/channels.ts";
import type { FeedState } from "../http/state.ts";
import { now } from "../time/clock.js";
import { View, type ViewOptions } from "./view.ts";

/**
 * One of several cameras, as viewers see it. If its stage goes and another one takes its name, its
 * viewers stay, and see a notice in between.
 */
export class Exhibit implements Shown, Disposable {
  readonly frames = new Hub<Frame>(() => this.#updateDemand());
  /** Its name. */
  name: string;
  readonly #options: ViewOptions;
  #stage: DecodeStage | undefined;
  #view: View | undefined;
  #passing: Mailbox<Frame> | undefined;
  /** The state of the last stage when it went. */
  #last: FeedState | undefined;

  /** Creates it without a stage. */
  constructor(name: string, options: ViewOptions) {
    this.name = name;
    this.#options = options;
  }

  /** The stage that it shows. */
  get stage(): DecodeStage | undefined {
    return this.#stage;
  }

  /** Whether it has no stage, and so no frames. */
  get isGone(): boolean {
    return this.#view === undefined;
  }

  /** The controls that viewers may change. */
  get controls(): View["controls"] {
    return this.#view?.controls;
  }

  /** Shows this stage from now on, or a notice if there is none. */
  show(stage: DecodeStage | undefined): void {
    if (stage === this.#stage) return;
    this.#stage = stage;
    this.#leave();
    if (!stage) return;
    const view = this.#view = new View(stage, this.#options);
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
    view[Symbol.dispose]();
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

  /** Takes frames of the current view while somebody watches. */
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
      // The reader of the source reports its error.
    }
  }

  [Symbol.dispose](): void {
    this.show(undefined);
    this.frames.close();
  }
}
