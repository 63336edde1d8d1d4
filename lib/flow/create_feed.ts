/** A feed of your own JPEGs. */

import { completeFrame } from "../frame/complete_frame.ts";
import type { Frame } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { nextSequence } from "../frame/sequence.ts";
import { now } from "../time/clock.js";
import type { CameraInfo, CameraStatus, Feed } from "./feed.ts";
import { Hub } from "./hub.ts";

/** Options of {@linkcode createFeed}. */
export interface CreateFeedOptions {
  /** What viewers call it; `feed` by default. */
  readonly name?: string;
  /** How its frames are made, in words; empty by default. */
  readonly mode?: string;
}

/** A feed that you publish to. Disposing of it ends the subscriptions. */
export interface OwnFeed extends Feed, AsyncIterable<Frame>, Disposable {
  /** The name and mode that you gave it. */
  readonly info: CameraInfo;
  /**
   * Publishes a JPEG with its capture time, by default now. The bytes are copied, so you can reuse
   * the array.
   *
   * @throws {JpegError} when the bytes are not one whole JPEG.
   */
  publish(jpeg: Uint8Array, options?: { readonly capturedAt?: number }): void;
  /** Tells viewers why there are no frames; the next `publish` makes the feed live again. */
  lose(reason: string): void;
}

/**
 * Creates a feed of JPEGs that you make yourself.
 *
 * @example
 * ```ts
 * import { createFeed, serveViewers } from "socketcam";
 *
 * using feed = createFeed({ name: "painted" });
 * await using viewers = await serveViewers(feed, { port: 0 });
 * feed.publish(await Deno.readFile("docs/page.jpg"), { capturedAt: Date.now() });
 * ```
 */
export function createFeed({ name = "feed", mode = "" }: CreateFeedOptions = {}): OwnFeed {
  return new PublishedFeed({ name, mode });
}

class PublishedFeed implements OwnFeed {
  readonly frames = new Hub<Frame>();
  readonly status = new Hub<CameraStatus>();
  readonly source = undefined;
  readonly now = now;
  #sequence = 0;

  constructor(readonly info: CameraInfo) {
    this.status.publish({ state: "starting" });
  }

  get arrivals(): Feed["arrivals"] {
    return { received: this.frames.published, missed: 0 };
  }

  publish(jpeg: Uint8Array, { capturedAt = now() }: { readonly capturedAt?: number } = {}): void {
    const sequence = nextSequence(this.#sequence);
    const frame = completeFrame(FrameMemory.copyOf(jpeg), { sequence, capturedAt });
    this.#sequence = sequence;
    if (this.status.latest?.state !== "live") this.status.publish({ state: "live" });
    this.frames.publish(frame);
  }

  lose(reason: string): void {
    this.status.publish({ state: "lost", reason });
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.frames.subscribe();
  }

  [Symbol.dispose](): void {
    this.frames.close();
    this.status.close();
  }
}
