/** One camera for one client: its frames while they are wanted, and its status. */

import type { Controls } from "../flow/controls.ts";
import type { CameraInfo, CameraStatus, Feed } from "../flow/feed.ts";
import type { FlightWindow } from "../flow/flight_window.ts";
import { Mailbox } from "../flow/mailbox.ts";
import type { Outbox } from "../flow/outbox.ts";
import type { Frame } from "../frame/frame.ts";
import { encodeControl, LENGTH_PREFIX } from "../wire/codec.ts";
import { listedControls } from "./listed_controls.ts";

/** The client that a camera is delivered to. */
export interface Recipient {
  readonly outbox: Outbox;
  readonly window: FlightWindow;
  /** Whether it takes control messages, too. */
  speaks: boolean;
  /** Whether it may change the camera. */
  readonly mayControl: boolean;
  /** Frames that were left out so far. */
  skipped: number;
}

/** Delivers a camera to a client. */
export class Delivery {
  readonly #to: Recipient;
  /** The subscriptions, each for as long as frames are wanted. */
  #frames: Mailbox<Frame> | undefined;
  readonly #subscriptions = new Mailbox<Mailbox<Frame>>();
  readonly #statuses: Mailbox<CameraStatus>;
  readonly #controls: Mailbox<Controls> | undefined;
  /** What the client knows about the camera. */
  #told: CameraInfo | undefined;

  /** @param info what the client will know about the camera. */
  constructor(readonly feed: Feed, to: Recipient, info: CameraInfo | undefined = feed.info) {
    this.#to = to;
    this.#told = info;
    this.#statuses = feed.status.follow();
    this.#controls = to.mayControl ? feed.controls?.follow() : undefined;
  }

  /** Whether the client wants frames. */
  watch(on: boolean): void {
    const before = this.#frames;
    if (on === (before !== undefined)) return;
    this.#frames = on ? this.feed.frames.subscribe() : undefined;
    if (this.#frames) this.#subscriptions.put(this.#frames);
    before?.return();
  }

  /** Delivers until the camera's frames have ended, or {@linkcode end} is called. */
  async run(): Promise<void> {
    await Promise.all([this.#sendFrames(), this.#sendStatus(), this.#sendControls()]);
  }

  /** Ends the delivery. */
  end(): void {
    this.watch(false);
    this.#subscriptions.return();
    this.#statuses.return();
    this.#controls?.return();
  }

  async #sendFrames(): Promise<void> {
    for await (const frames of this.#subscriptions) {
      await this.#sendAll(frames);
      this.#to.skipped += frames.skipped;
      // We did not end the subscription, so the frames have ended.
      if (frames === this.#frames) return this.end();
    }
  }

  async #sendAll(frames: Mailbox<Frame>): Promise<void> {
    const { outbox, window, skipped } = this.#to;
    while (true) {
      // Waits for room before it takes the frame, which is then the newest.
      await window.open();
      const { value: frame } = await frames.next();
      if (!frame) return;
      const pieces = frame.seal(LENGTH_PREFIX);
      window.sent(frame.bytes.length, skipped + frames.skipped);
      // If this fails, the kernel may still read the frame, so that only the collector frees it.
      await outbox.send(pieces);
      frame.release();
    }
  }

  async #sendStatus(): Promise<void> {
    for await (const status of this.#statuses) await this.#tell(status);
  }

  async #sendControls(): Promise<void> {
    for await (const { list } of this.#controls ?? []) {
      if (!this.#to.speaks) continue;
      const controls = listedControls(list);
      await this.#to.outbox.send([encodeControl({ type: "controls", controls })]);
    }
  }

  /** Repeats the status of a camera that gives no frames, unless the client is still busy. */
  repeatStatus(): void {
    // For a client that does not watch, a subscription tells that the frames have ended.
    if (this.feed.frames.isEnded) this.watch(true);
    const status = this.feed.status.latest;
    if (!status || this.#to.outbox.busy) return;
    if (status.state === "live" || status.state === "idle") return;
    this.#tell(status).catch(() => {});
  }

  /** Sends a status, with the camera's name and mode if the client does not know them. */
  async #tell(status: CameraStatus): Promise<void> {
    if (!this.#to.speaks) return;
    const { info } = this.feed;
    const isNew = info?.name !== this.#told?.name || info?.mode !== this.#told?.mode;
    this.#told = info;
    await this.#to.outbox.send([
      encodeControl({ type: "camera", ...status, ...isNew && info }),
    ]);
  }
}
