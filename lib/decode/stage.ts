import type { Feed } from "../flow/feed.ts";
import type { Hub } from "../flow/hub.ts";
import type { Shareable } from "../flow/mailbox.ts";
import type { Frame } from "../frame/frame.ts";
import type { Scene } from "./motion.ts";

/** What is done to frames: a check, a transform, or nothing. */
export type DecodeMode = "check" | "transform" | "off";

/** Options of every decoder. */
export interface DecodeOptions {
  /** The most workers; they start when needed. */
  readonly workers?: number;
  /** Closes the stage; its loops throw the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How many frames went through, and how many did not. */
export interface DecodeCounts {
  /** Frames that were published. */
  published: number;
  /** Frames among them that are damaged, or had to be repaired. */
  warned: number;
  /** Frames that do not decode. */
  corrupt: number;
  /** Frames that were replaced by a newer one while all workers were busy. */
  skipped: number;
}

/** Recent figures of decoding. */
export interface DecodeStats {
  /** Frames published a second. */
  readonly fps: number;
  /** Bytes published a second. */
  readonly bytesPerSecond: number;
  /** From capture to publication, in milliseconds; null before the first frame. */
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
  /** How long a frame takes in its worker, in milliseconds; null before the first one. */
  readonly decodeMs: { readonly p50: number | null; readonly p95: number | null };
  /** The most motion in each of the last 60 seconds, oldest first. */
  readonly lastMinute: readonly number[];
}

/** Whether the transform works, and if not, why. */
export type TransformStatus =
  | { readonly state: "working" }
  | { readonly state: "failing"; readonly reason: string };

/** A frame that can be shown, and its scene. */
export class CheckedFrame implements Shareable {
  /** The frame. */
  readonly frame: Frame;
  /** Its motion and brightness; null where frames are not decoded. */
  readonly scene: Scene | null;

  /** Combines the two. */
  constructor(frame: Frame, scene: Scene | null) {
    this.frame = frame;
    this.scene = scene;
  }

  /** One more holder of the frame. */
  retain(): void {
    this.frame.retain();
  }

  /** One holder of the frame less. */
  release(): void {
    this.frame.release();
  }
}

/**
 * A running decoder: a feed of the frames that can be shown, in order. It decodes while somebody
 * subscribes or loops over it. Its loops end like those of its feed, with the same error. Disposing
 * of it ends its workers.
 */
export interface DecodeStage extends Feed, AsyncIterable<CheckedFrame>, AsyncDisposable {
  /** What is done to frames. */
  readonly mode: DecodeMode;
  /** Motion and brightness of the newest frame; null before the first, or without decoding. */
  readonly scene: Scene | null;
  /** Whether the transform works; silent without a transform. */
  readonly transform: Hub<TransformStatus>;
  /** How many frames went through, and how many did not. */
  readonly counts: Readonly<DecodeCounts>;
  /** The size of the newest frame, in pixels. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** What was wrong with the last frame that did not decode. */
  readonly lastError: string | undefined;
  /** Recent figures of decoding. */
  stats(): DecodeStats;
}

/** Whether a feed's frames are decoded already. */
export function isDecodeStage(feed: Feed | DecodeStage): feed is DecodeStage {
  return "stats" in feed;
}
