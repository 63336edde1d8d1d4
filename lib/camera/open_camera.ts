import { delay } from "@std/async/delay";
import { Demand } from "../flow/demand.ts";
import type { CameraInfo, CameraStatus, Feed } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { completeFrame } from "../frame/complete_frame.ts";
import type { Frame } from "../frame/frame.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";
import { JpegError, type JpegFault } from "../frame/jpeg.ts";
import { nextSequence } from "../frame/sequence.ts";
import { Backoff } from "../time/backoff.ts";
import { now } from "../time/clock.js";
import { Deadline } from "../time/deadline.ts";
import { onAbort } from "../time/on_abort.ts";
import { CameraError } from "./camera_error.ts";
import { capture } from "./capture.ts";
import type { CameraConstraints } from "./choose_mode.ts";
import { findSource, type SourceOptions } from "./find_source.ts";

/** How long the camera runs on after the last viewer has left, in milliseconds. */
const LINGER_MS = 10_000;
/** How long a camera may take to its first frame before it is restarted, in milliseconds. */
const START_MS = 10_000;
/** How long a camera may stall before it is restarted, in milliseconds. */
const STALL_MS = 5000;
/** The first and the longest wait before a lost camera is tried again, in milliseconds. */
const RETRY_MS = { min: 500, max: 3000 };

/** Options of {@linkcode openCamera}. */
export interface CameraOptions extends Partial<CameraConstraints> {
  /**
   * Which camera: `auto` (the default) is the first webcam. Others are a webcam's number (`0`), path
   * (`/dev/video0`) or part of its name, `test` for ffmpeg's test picture, a video file, which is
   * looped, and an `rtsp://` or `http://` URL.
   */
  readonly device?: string;
  /** 1 to 100, as in libjpeg; 80 by default. JPEGs that the camera makes itself stay as they are. */
  readonly quality?: number;
  /** An ffmpeg filter graph for every frame, such as `transpose=1`; none by default. */
  readonly filter?: string;
  /** Whether to run also while nobody watches; false by default. */
  readonly alwaysOn?: boolean;
  /** How long to run on after the last viewer has left, in milliseconds; 10,000 by default. */
  readonly lingerMs?: number;
  /** Closes the camera; its loops throw the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What happened since the camera was opened. */
export interface CameraCounts {
  /** Frames that were dropped because they were torn, by what was wrong with them. */
  readonly dropped: Readonly<Partial<Record<JpegFault, number>>>;
  /** From the last start to its first frame, in milliseconds; null before that. */
  readonly startMs: number | null;
}

/** An open camera. Closing it ends ffmpeg. */
export interface Camera extends Feed, AsyncIterable<Frame>, AsyncDisposable {
  /** A camera has no server. */
  readonly source: undefined;
  /** Why it gave no frames when it was last lost; undefined if it never was. */
  readonly error: Error | undefined;
  /** What happened since it was opened. */
  readonly counts: CameraCounts;
  /**
   * Resolves with the first frame or the first failure that may pass, or when nobody wants to know
   * any more. Rejects with what loops throw: a {@linkcode CameraError}, or the signal's reason.
   */
  readonly ready: Promise<void>;
}

/**
 * Opens a camera. It starts at once, so that a failure shows now and the first viewer need not wait;
 * later it runs while somebody watches.
 *
 * If it never gave a frame and trying again cannot help, because there is no such camera or ffmpeg is
 * not installed, loops throw a {@linkcode CameraError}. Otherwise a lost camera comes back by itself,
 * and its `status` says why it is lost.
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
  readonly counts = {
    dropped: {} as Partial<Record<JpegFault, number>>,
    startMs: null as number | null,
  };
  info: CameraInfo | undefined;
  error: Error | undefined;
  readonly #options: SourceOptions;
  readonly #demand: Demand;
  readonly #ready = Promise.withResolvers<void>();
  readonly ready = this.#ready.promise;
  readonly #backoff = new Backoff(RETRY_MS);
  readonly #abort: Disposable;
  readonly #living: Promise<void>;
  #mayReturn = false;

  constructor(options: CameraOptions) {
    const { device = "auto", width = 1280, height = 720, fps = 30, quality = 80, filter } = options;
    const { alwaysOn = false, lingerMs = LINGER_MS, signal } = options;
    this.#options = { device, width, height, fps, quality, filter };
    this.#demand = new Demand(lingerMs);
    this.frames = new Hub((wanted) => this.#demand.set(wanted || alwaysOn));
    this.#demand.set(true);
    if (!alwaysOn) this.#demand.set(false);
    this.ready.catch(() => {});
    this.#abort = onAbort(signal, (reason) => this.#close(reason));
    this.#living = this.#live().catch((error) => this.#close(error));
  }

  get arrivals(): Feed["arrivals"] {
    return { received: this.frames.published, missed: 0 };
  }

  async #live(): Promise<void> {
    this.status.publish({ state: "starting" });
    let wanted: AbortSignal | undefined;
    while ((wanted = await this.#demand.wanted())) {
      try {
        await this.#run(wanted);
      } catch (error) {
        if (!wanted.aborted) await this.#recover(error as Error, wanted);
      }
      if (!wanted.aborted) continue;
      this.status.publish({ state: "starting" });
      this.#ready.resolve();
    }
  }

  /** Says why there are no frames, and waits before the next try. @throws what will not pass. */
  async #recover(error: Error, signal: AbortSignal): Promise<void> {
    this.error = error;
    this.status.publish({ state: "lost", reason: error.message });
    this.#mayReturn ||= error instanceof CameraError && !error.permanent;
    if (!this.#mayReturn) throw error;
    this.#ready.resolve();
    await delay(this.#backoff.next(), { signal }).catch(() => {});
  }

  /** Runs ffmpeg once. @throws why it ended. */
  async #run(wanted: AbortSignal): Promise<void> {
    const stalled = new AbortController();
    using deadline = new Deadline((error) => stalled.abort(error));
    deadline.set(START_MS, () => stallError(START_MS));
    const signal = AbortSignal.any([wanted, stalled.signal]);
    try {
      const source = await findSource(this.#options, this.info?.name, signal);
      this.info = { name: source.name, mode: source.mode };
      const startedAt = performance.now();
      for await (const memory of capture(source, signal)) {
        if (!this.#publish(memory)) continue;
        deadline.set(STALL_MS, () => stallError(STALL_MS));
        if (this.status.latest?.state !== "live") this.#started(performance.now() - startedAt);
      }
    } catch (error) {
      // The reason why ffmpeg was ended says more than how it ended.
      signal.throwIfAborted();
      throw error;
    }
  }

  #started(ms: number): void {
    this.counts.startMs = ms;
    this.#mayReturn = true;
    this.#backoff.reset();
    this.status.publish({ state: "live" });
    this.#ready.resolve();
  }

  /** Publishes a frame if it is whole. */
  #publish(memory: FrameMemory): boolean {
    const sequence = nextSequence(this.frames.latest?.sequence ?? 0);
    try {
      this.frames.publish(completeFrame(memory, { sequence, capturedAt: now() }));
      return true;
    } catch (error) {
      if (!(error instanceof JpegError)) throw error;
      const { dropped } = this.counts;
      dropped[error.code] = (dropped[error.code] ?? 0) + 1;
      memory.release();
      return false;
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
    await this.#living;
  }
}

function stallError(ms: number): CameraError {
  return new CameraError("no-frames", `The camera has given no frame for ${ms / 1000} s`);
}
