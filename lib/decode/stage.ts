/**
 * What all ways of decoding have in common: frames in, those fit to be seen out, in order.
 *
 * @module
 */

import { now } from "../flow/clock.ts";
import { Demand } from "../flow/demand.ts";
import { Hub } from "../flow/hub.ts";
import { drop, hold } from "../flow/loan.ts";
import { PeakMeter, Percentiles, RateMeter } from "../flow/meter.ts";
import type { Frame } from "../frame/frame.ts";
import { brightness, motion, type Scene } from "./motion.ts";
import type { Thumbnail } from "./thumbnail.ts";
import { WorkerError } from "./thread.ts";

/**
 * How long a transform counts as failing since it last did, and how often at most another reason is
 * told, in milliseconds: one that fails now and then must not flood the terminal.
 */
export const FAILING_MS = 1000;

/** What is done to frames: each is checked, each goes through a transform, or neither. */
export type DecodeMode = "check" | "transform" | "off";

/** Options that all ways of decoding have. */
export interface DecodeOptions {
  /** Threads at most; as many run as are needed. */
  readonly workers?: number;
  /** The time by the clock that frames are stamped with, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** What has passed, and what has not. */
export interface DecodeCounts {
  /** Frames that were handed on. */
  published: number;
  /** Frames that do not decode. */
  corrupt: number;
  /** Frames that a newer one replaced while all threads were busy. */
  skipped: number;
}

/** Whether the transform works, and if not, why; without a transform nothing is ever said. */
export type TransformStatus =
  | { readonly state: "working" }
  | { readonly state: "failing"; readonly reason: string };

/** A running decoder. Closing it ends its threads. */
export interface DecodeStage extends AsyncDisposable {
  /** What it does. */
  readonly mode: DecodeMode;
  /** The frames that are fit to be seen, in order; while nobody subscribes, nothing is decoded. */
  readonly frames: Hub<Frame>;
  /** Motion and brightness of each of these frames; published just before the frame is. */
  readonly scenes: Hub<Scene>;
  /** The most motion in each second of the last minute. */
  readonly motion: PeakMeter;
  /** Whether the transform works. */
  readonly transform: Hub<TransformStatus>;
  /** What has passed. */
  readonly counts: Readonly<DecodeCounts>;
  /** How long a frame took in its thread, in milliseconds. */
  readonly durations: Percentiles;
  /** How old frames were when they were handed on, in milliseconds. */
  readonly ages: Percentiles;
  /** How many are handed on. */
  readonly rate: RateMeter;
  /** The size of the newest picture, in pixels. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Why the last frame that was refused was refused. */
  readonly lastError: string | undefined;
}

/** What became of one frame. */
export type Decoded =
  | {
    /** What is handed on. */
    readonly frame: Frame;
    /** Its size in pixels, as far as it is known. */
    readonly size?: readonly [width: number, height: number];
    /** What it looks like, where it was decoded. */
    readonly thumbnail?: Thumbnail;
    /** How long that took, in milliseconds. */
    readonly ms?: number;
    /** Why the transform did nothing to it. */
    readonly problem?: string;
  }
  | { readonly refused: string };

/** How frames are decoded. */
export interface Decoder extends Disposable {
  readonly mode: DecodeMode;
  /** Waits until the next frame can be begun. */
  free(): Promise<void>;
  /** Decodes; a {@linkcode WorkerError} refuses the frame. */
  decode(frame: Frame): Promise<Decoded>;
}

/** Runs a decoder between two hubs. */
export class DecoderStage implements DecodeStage {
  readonly frames: Hub<Frame>;
  readonly scenes = new Hub<Scene>();
  readonly motion = new PeakMeter();
  readonly transform = new Hub<TransformStatus>();
  readonly counts: DecodeCounts = { published: 0, corrupt: 0, skipped: 0 };
  readonly durations = new Percentiles();
  readonly ages = new Percentiles();
  readonly rate = new RateMeter();
  size: { width: number; height: number } | undefined;
  lastError: string | undefined;
  readonly #source: Hub<Frame>;
  readonly #decoder: Decoder;
  readonly #now: () => number;
  readonly #demand = new Demand();
  readonly #living: Promise<void>;
  #before: Thumbnail | undefined;
  #failedAt = -Infinity;
  #toldAt = -Infinity;
  #closed = false;

  constructor(source: Hub<Frame>, decoder: Decoder, time: () => number = now) {
    this.#source = source;
    this.#decoder = decoder;
    this.#now = time;
    this.frames = new Hub((wanted) => this.#demand.set(wanted));
    this.#living = this.#live();
  }

  get mode(): DecodeMode {
    return this.#decoder.mode;
  }

  async #live(): Promise<void> {
    let wanted: AbortSignal | undefined;
    while ((wanted = await this.#demand.wanted())) await this.#run(wanted);
  }

  /** Decodes frames as long as they are wanted: several at the same time, handed on in order. */
  async #run(wanted: AbortSignal): Promise<void> {
    using frames = this.#source.borrow();
    wanted.addEventListener("abort", () => frames.return());
    const skippedBefore = this.counts.skipped;
    // What was seen before the pause has nothing to do with what is seen now.
    this.#before = undefined;
    let before = Promise.resolve();
    while (true) {
      // A free thread first, then the frame: what is taken now is the newest there is.
      await this.#decoder.free();
      const { value: frame } = await frames.next();
      if (!frame) break;
      hold(frame);
      this.counts.skipped = skippedBefore + frames.skipped;
      const decoding = this.#decode(frame);
      const turn = before;
      before = decoding.then(async (decoded) => {
        await turn;
        this.#finish(decoded);
        drop(frame);
      });
    }
    await before;
  }

  async #decode(frame: Frame): Promise<Decoded> {
    try {
      return await this.#decoder.decode(frame);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      return { refused: error.message };
    }
  }

  #finish(decoded: Decoded): void {
    if (this.#closed) return;
    if ("refused" in decoded) {
      this.counts.corrupt++;
      this.lastError = decoded.refused;
      return;
    }
    const { frame, size, thumbnail, ms, problem } = decoded;
    if (ms !== undefined) this.durations.add(ms);
    if (size) this.size = { width: size[0], height: size[1] };
    if (thumbnail) this.#watch(frame, thumbnail);
    if (this.mode === "transform") this.#judge(problem);
    this.counts.published++;
    this.ages.add(this.#now() - frame.capturedAt);
    this.rate.add(frame.bytes.length);
    this.frames.publish(frame);
  }

  /** Compares with the frame before. It happens here since only here the order is known. */
  #watch({ sequence, capturedAt }: Frame, thumbnail: Thumbnail): void {
    const moved = this.#before ? motion(this.#before, thumbnail) : 0;
    this.#before = thumbnail;
    this.motion.add(moved);
    this.scenes.publish({
      sequence,
      capturedAt,
      motion: moved,
      brightness: brightness(thumbnail),
    });
  }

  #judge(reason: string | undefined): void {
    const at = performance.now();
    const last = this.transform.latest;
    if (reason === undefined) {
      if (last?.state === "working" || at - this.#failedAt < FAILING_MS) return;
      return this.transform.publish({ state: "working" });
    }
    this.#failedAt = at;
    const isTold = last?.state === "failing" &&
      (last.reason === reason || at - this.#toldAt < FAILING_MS);
    if (isTold) return;
    this.#toldAt = at;
    this.transform.publish({ state: "failing", reason });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.frames.close();
    this.#demand.close();
    // What is under way is not waited for: a transform may take seconds.
    this.#closed = true;
    this.#decoder[Symbol.dispose]();
    await this.#living;
    this.scenes.close();
    this.transform.close();
  }
}
