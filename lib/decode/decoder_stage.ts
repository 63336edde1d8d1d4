import { Demand } from "../flow/demand.ts";
import type { CameraInfo, CameraStatus, Feed, Source } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { Percentiles, RateMeter } from "../flow/meters.js";
import type { Frame } from "../frame/frame.ts";
import { JpegError } from "../frame/jpeg.ts";
import { onAbort } from "../time/on_abort.ts";
import type { Decoded, Decoder } from "./decoder.ts";
import { brightness, motion, type Scene } from "./motion.ts";
import { PeakMeter } from "./peak_meter.ts";
import {
  CheckedFrame,
  type DecodeCounts,
  type DecodeMode,
  type DecodeStage,
  type DecodeStats,
  type TransformStatus,
} from "./stage.ts";
import type { Thumbnail } from "./thumbnail.ts";
import { TransformHealth } from "./transform_health.ts";
import { WorkerError } from "./worker_handle.ts";

/** Runs a decoder: it takes frames of a feed, and publishes those that can be shown, in order. */
export class DecoderStage implements DecodeStage {
  readonly mode: DecodeMode;
  readonly frames = new Hub<Frame>(() => this.#updateDemand());
  readonly status: Hub<CameraStatus>;
  readonly counts: DecodeCounts = { published: 0, warned: 0, corrupt: 0, skipped: 0 };
  scene: Scene | null = null;
  size: { readonly width: number; readonly height: number } | undefined;
  lastError: string | undefined;
  readonly #feed: Feed;
  readonly #decoder: Decoder;
  readonly #checked = new Hub<CheckedFrame>(() => this.#updateDemand());
  readonly #health = new TransformHealth();
  readonly transform: Hub<TransformStatus> = this.#health.status;
  readonly #motion = new PeakMeter();
  readonly #durations = new Percentiles();
  readonly #ages = new Percentiles();
  readonly #rate = new RateMeter();
  readonly #demand = new Demand();
  readonly #living: Promise<void>;
  readonly #abort: Disposable;
  #sourceEnded = false;
  #closed = false;
  #before: Thumbnail | undefined;

  /** Takes over the decoder. */
  constructor(feed: Feed, decoder: Decoder, signal: AbortSignal | undefined) {
    this.mode = decoder.mode;
    this.status = feed.status;
    this.#feed = feed;
    this.#decoder = decoder;
    feed.frames.defer();
    this.#living = this.#live().then(() => this.#close(), (error) => this.#close(error));
    this.#abort = onAbort(signal, (reason) => this.#close(reason));
    void decoder.prepare?.().then((problem) => problem && this.#health.update(problem));
    feed.frames.ended.catch(() => {}).then(() => {
      this.#sourceEnded = true;
      this.#updateDemand();
    });
  }

  get info(): CameraInfo | undefined {
    return this.#feed.info;
  }

  get controls(): Feed["controls"] {
    return this.#feed.controls;
  }

  get source(): Source | undefined {
    return this.#feed.source;
  }

  get arrivals(): Feed["arrivals"] {
    return this.#feed.arrivals;
  }

  now(): number {
    return this.#feed.now();
  }

  /**
   * The end of the source counts as demand, because only a subscription gives the source's error.
   */
  #updateDemand(): void {
    const isWatched = this.frames.subscribers + this.#checked.subscribers > 0;
    this.#demand.set(isWatched || this.#sourceEnded);
  }

  async #live(): Promise<void> {
    let wanted: AbortSignal | undefined;
    let ended = false;
    while (!ended && (wanted = await this.#demand.wanted())) ended = await this.#run(wanted);
  }

  /**
   * Decodes frames while they are wanted, several at the same time. Returns whether the source has
   * ended.
   */
  async #run(wanted: AbortSignal): Promise<boolean> {
    using frames = this.#feed.frames.subscribe();
    using _ = onAbort(wanted, () => frames.return());
    const skippedBefore = this.counts.skipped;
    // After a pause, there is no frame to compare with.
    this.#before = undefined;
    let last = Promise.resolve();
    try {
      while (!wanted.aborted) {
        // A camera without frames takes no turn from the others.
        await frames.filled();
        // Waits for a free worker before it takes the frame, which is then the newest.
        const turn = await this.#decoder.turn();
        const { value: frame } = await frames.next();
        this.counts.skipped = skippedBefore + frames.skipped;
        if (frame) {
          last = this.#pass(frame, turn, last);
          continue;
        }
        turn[Symbol.dispose]();
        return !wanted.aborted;
      }
      return false;
    } finally {
      await last;
    }
  }

  /** Decodes a frame, and publishes it once all `earlier` ones are. Never rejects. */
  async #pass(frame: Frame, turn: Disposable, earlier: Promise<void>): Promise<void> {
    try {
      const decoded = await this.#decoder.decode(frame).catch((error: Error) => error);
      turn[Symbol.dispose]();
      await earlier;
      this.#finish(frame, decoded);
    } catch (error) {
      this.#close(error);
    }
  }

  #finish(source: Frame, decoded: Decoded | Error): void {
    const isError = decoded instanceof Error;
    if (this.#closed || isError || decoded.frame !== source) source.release();
    if (this.#closed) return;
    if (isError) {
      if (!(decoded instanceof JpegError || decoded instanceof WorkerError)) throw decoded;
      this.counts.corrupt++;
      this.lastError = decoded.message;
      return;
    }
    const { size, thumbnail, ms, isDamaged, problem } = decoded;
    if (isDamaged) this.counts.warned++;
    if (ms !== undefined) this.#durations.add(ms);
    if (size) this.size = { width: size[0], height: size[1] };
    this.scene = thumbnail ? this.#compare(thumbnail) : null;
    if (this.mode === "transform") this.#health.update(problem);
    this.#publish(decoded.frame);
  }

  /** Compares with the frame before. Workers cannot, because only this stage knows the order. */
  #compare(thumbnail: Thumbnail): Scene {
    const moved = this.#before ? motion(this.#before, thumbnail) : 0;
    this.#before = thumbnail;
    this.#motion.add(moved);
    return { motion: moved, brightness: brightness(thumbnail) };
  }

  /** Publishes a frame to both hubs, each of which holds it. */
  #publish(frame: Frame): void {
    this.counts.published++;
    this.#ages.add(this.now() - frame.capturedAt);
    this.#rate.add(frame.bytes.length);
    frame.retain();
    this.#checked.publish(new CheckedFrame(frame, this.scene));
    this.frames.publish(frame);
  }

  /** Does not wait for frames under way: a transform may take seconds. */
  #close(reason?: unknown): void {
    this.#closed = true;
    this.frames.close(reason);
    this.#checked.close(reason);
    this.transform.close();
    this.#demand.close();
    this.#decoder[Symbol.dispose]();
  }

  stats(): DecodeStats {
    const quantiles = (of: Percentiles) => ({ p50: of.read(0.5), p95: of.read(0.95) });
    return {
      ...this.#rate.read(),
      latencyMs: quantiles(this.#ages),
      decodeMs: quantiles(this.#durations),
      lastMinute: this.#motion.read(),
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<CheckedFrame> {
    return this.#checked.subscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort[Symbol.dispose]();
    this.#close();
    await this.#living;
  }
}
