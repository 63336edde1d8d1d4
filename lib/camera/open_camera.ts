import { setImmediate } from "node:timers/promises";
import { delay } from "@std/async/delay";
import { Demand } from "../flow/demand.ts";
import type { Controls } from "../flow/controls.ts";
import type { CameraInfo, CameraStatus, Feed } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { completeFrame } from "../frame/complete_frame.ts";
import type { Frame } from "../frame/frame.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";
import { JpegError, type JpegFault } from "../frame/jpeg.ts";
import { nextSequence } from "../frame/sequence.ts";
import { Backoff } from "../time/backoff.ts";
import { now } from "../time/clock.js";
import { Deadline, within } from "../time/deadline.ts";
import { onAbort } from "../time/on_abort.ts";
import { RateLimit } from "../time/rate_limit.ts";
import type { Camera, CameraOptions } from "./camera.ts";
import { CameraError, type CameraErrorCode } from "./camera_error.ts";
import { CameraControls } from "./camera_controls.ts";
import { capture } from "./capture.ts";
import { Drops } from "./drops.ts";
import { findSource } from "./find_source.ts";
import { Patience } from "./patience.ts";
import { type Settle, Settling } from "./settle.ts";
import type { Source, SourceOptions } from "./source.ts";
import { NotLosslessError, turnJpegs } from "./turn_jpegs.ts";

export type { Camera, CameraCounts, CameraOptions } from "./camera.ts";
export type { Settle } from "./settle.ts";

/** How long the camera runs on after the last viewer has left, in milliseconds. */
const LINGER_MS = 10_000;
/**
 * How long a waking camera is still called idle, in milliseconds: viewers need no notice before a
 * first picture that comes in a moment.
 */
export const WAKE_MS = 5000;
/**
 * How long a program may take to end before the loss is reported, and before it is abandoned, in
 * milliseconds.
 */
const END_MS = 3000;
/** Errors that may pass while the program waits for a camera. */
const COMING: readonly CameraErrorCode[] = ["no-webcam", "pi-camera", "no-program", "denied"];
/** The first and the longest wait before a lost camera is tried again, in milliseconds. */
const RETRY_MS = { min: 500, max: 3000 };
/**
 * How many JPEGs are read in a second, whole or not; further ones stay unread until the next
 * second.
 */
export const MAX_JPEGS_PER_SECOND = 10_000;

/**
 * Opens a camera. It starts at once, so that failures show now and the first viewer need not wait.
 * Later, it runs while somebody watches.
 *
 * If it never gave a frame and trying again cannot help, because there is no such camera or ffmpeg
 * is not installed, loops throw a {@linkcode CameraError}. If `set` is wrong, they throw a
 * `ControlError`. Otherwise a lost camera comes back by itself, and its `status` says why it is
 * lost.
 *
 * @example
 * ```ts
 * import { openCamera } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * for await (const { bytes, capturedAt } of camera) {
 *   console.log(new Date(capturedAt), bytes.length);
 *   break;
 * }
 * ```
 */
export function openCamera(options: CameraOptions = {}): Camera {
  return new SupervisedCamera(options);
}

class SupervisedCamera implements Camera {
  readonly frames: Hub<Frame>;
  readonly status = new Hub<CameraStatus>();
  readonly source = undefined;
  readonly now = now;
  readonly #controls: CameraControls;
  readonly #drops = new Drops();
  readonly #patience = new Patience();
  readonly counts = { dropped: this.#drops.counts, startMs: null as number | null, bytes: 0 };
  info: CameraInfo | undefined;
  error: Error | undefined;
  #options: SourceOptions;
  readonly #settle: Settle | undefined;
  readonly #alwaysOn: boolean;
  readonly #waits: boolean;
  readonly #demand: Demand;
  readonly #ready = Promise.withResolvers<void>();
  readonly ready = this.#ready.promise;
  readonly #backoff = new Backoff(RETRY_MS);
  readonly #abort: Disposable;
  readonly #living: Promise<void>;
  #mayReturn = false;
  #source: Source | undefined;

  constructor(options: CameraOptions) {
    const { device = "auto", width = 1280, height = 720, fps = 30, quality = 80, filter } = options;
    const { alwaysOn = false, wait = false, lingerMs = LINGER_MS, settle, set = {}, signal } =
      options;
    this.#controls = new CameraControls(set);
    this.#settle = settle;
    this.#alwaysOn = alwaysOn;
    this.#waits = wait;
    const { rotate, flip } = options;
    this.#options = { device, width, height, fps, quality, filter, turn: { rotate, flip } };
    this.#demand = new Demand(lingerMs);
    this.frames = new Hub(() => this.#updateDemand());
    this.#demand.set(true);
    this.#updateDemand();
    this.ready.catch(() => {});
    this.#abort = onAbort(signal, (reason) => this.#close(reason));
    this.#living = this.#live().catch((error) => this.#close(error));
  }

  get arrivals(): Feed["arrivals"] {
    return { received: this.frames.published, missed: 0 };
  }

  get controls(): Hub<Controls> {
    return this.#controls.state;
  }

  /** A lost camera counts as wanted: it is tried until it has returned, even if nobody watches. */
  #updateDemand(): void {
    const isLost = this.status.latest?.state === "lost";
    this.#demand.set(this.frames.subscribers > 0 || this.#alwaysOn || isLost);
  }

  async #live(): Promise<void> {
    this.status.publish({ state: "starting" });
    let wanted: AbortSignal | undefined;
    while ((wanted = await this.#demand.wanted())) {
      const waking = setTimeout(() => this.#wakesSlowly(), WAKE_MS);
      try {
        await this.#run(wanted);
      } catch (error) {
        if (error instanceof NotLosslessError) {
          // From now on, a filter turns it.
          this.#options = { ...this.#options, notLossless: error.message };
        } else if (!wanted.aborted) {
          await this.#recover(error as Error, wanted);
        }
      } finally {
        clearTimeout(waking);
      }
      if (!wanted.aborted) continue;
      if (this.status.latest?.state !== "lost") this.status.publish({ state: "idle" });
      this.#ready.resolve();
    }
  }

  #wakesSlowly(): void {
    if (this.status.latest?.state === "idle") this.status.publish({ state: "starting" });
  }

  /**
   * Publishes why there are no frames, and waits before the next try.
   *
   * @throws errors that cannot pass.
   */
  async #recover(error: Error, signal: AbortSignal): Promise<void> {
    this.#lose(error);
    if (!this.#mayReturn) throw error;
    await delay(this.#backoff.next(), { signal }).catch(() => {});
  }

  /** Publishes why there are no frames. */
  #lose(error: Error): void {
    this.#mayReturn ||= error instanceof CameraError &&
      (!error.permanent || this.#waits && COMING.includes(error.code));
    if (this.#mayReturn) this.#ready.resolve();
    if (error === this.error && this.status.latest?.state === "lost") return;
    this.error = error;
    this.status.publish({ state: "lost", reason: error.message });
    this.#updateDemand();
  }

  /** Runs the source once, and waits until its program has ended. @throws why it ended. */
  async #run(wanted: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([wanted, ended.signal]);
    // A program that hangs may never end, so the loss is announced first.
    using deadline = new Deadline((error) => {
      this.#lose(error);
      // A source with its own pace may be slow, which only its second frame tells.
      const moreMs = this.#source?.read && !wanted.aborted ? this.#patience.more() : 0;
      if (moreMs > 0) return deadline.set(moreMs, () => error);
      if (!wanted.aborted) this.#patience.gaveUp();
      ended.abort(error);
    });
    this.#allow(this.#patience.start(), deadline);
    using _ = onAbort(wanted, () => deadline.set(END_MS, hangError));
    try {
      const source = await findSource(this.#options, this.#source, signal);
      this.#source = source;
      this.info = { name: source.name, mode: source.mode };
      await this.#controls.prepare(source);
      await this.#publishAll(source, signal, deadline);
    } catch (error) {
      // Our reason for ending ffmpeg says more than its exit.
      signal.throwIfAborted();
      throw error;
    } finally {
      ended.abort();
    }
  }

  async #publishAll(source: Source, signal: AbortSignal, deadline: Deadline): Promise<void> {
    const startedAt = performance.now();
    this.#patience.start(source.intervalMs);
    this.#drops.reset(startedAt);
    const rate = new RateLimit(MAX_JPEGS_PER_SECOND);
    const settling = new Settling(this.#settle ?? source.settle);
    const onTooLarge = () => this.#dropped("too large");
    const captured = capture(source, { signal, onTooLarge });
    const { way } = source;
    for await (const memory of way ? turnJpegs(captured, way, signal) : captured) {
      if (!rate.allows()) await rate.rest(signal);
      const isDropped = settling.drops(performance.now());
      if (isDropped) memory.release();
      if (isDropped || this.#publish(memory)) {
        const at = performance.now();
        this.#drops.reset(at);
        this.#allow(this.#patience.next(at), deadline);
        if (this.#patience.frames === 1) {
          this.counts.startMs = at - startedAt;
          this.#controls.confirm(signal).catch(() => {});
        }
        if (!isDropped && this.status.latest?.state !== "live") this.#started();
      }
      // Reading as fast as a camera can send would leave no time for sending.
      await setImmediate();
    }
  }

  /** Sets the time that the source has for its next frame. */
  #allow(ms: number, deadline: Deadline): void {
    const words = `The camera has given no frame for ${Math.round(ms / 1000)} s`;
    deadline.set(ms, () => new CameraError("no-frames", words));
  }

  #started(): void {
    this.#mayReturn = true;
    this.#backoff.reset();
    this.status.publish({ state: "live" });
    this.#updateDemand();
    this.#ready.resolve();
  }

  /** Publishes a frame if it is whole. */
  #publish(memory: FrameMemory): boolean {
    const sequence = nextSequence(this.frames.latest?.sequence ?? 0);
    try {
      const frame = completeFrame(memory, { sequence, capturedAt: now() });
      this.counts.bytes += frame.bytes.length;
      this.frames.publish(frame);
      return true;
    } catch (error) {
      if (!(error instanceof JpegError)) throw error;
      this.#dropped(error.code);
      memory.release();
      return false;
    }
  }

  #dropped(fault: JpegFault): void {
    this.#drops.add(fault);
    const reason = this.#drops.complaint();
    if (reason && this.status.latest?.state !== "lost") {
      this.#lose(new CameraError("no-frames", reason));
    }
  }

  #close(reason?: unknown): void {
    this.#demand.close();
    this.frames.close(reason);
    if (reason === undefined) this.#ready.resolve();
    else this.#ready.reject(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.frames.subscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort[Symbol.dispose]();
    this.#close();
    this.status.close();
    // The system may keep a program longer if it waits for its hardware.
    const ended = Promise.all([this.#living, this.#controls[Symbol.asyncDispose]()]);
    await within(ended, END_MS, "").catch(() => {});
  }
}

function hangError(): CameraError {
  return new CameraError("no-frames", "The program that reads the camera hangs, and does not end");
}
