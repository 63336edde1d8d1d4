/**
 * The life of a camera: it runs while somebody watches, and comes back by itself.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { Backoff } from "../flow/backoff.ts";
import { now } from "../flow/clock.ts";
import { Demand } from "../flow/demand.ts";
import { Hub } from "../flow/hub.ts";
import { lentFrame, release } from "../flow/release.ts";
import { nextSequence, writeExif } from "../frame/exif.ts";
import { Watchdog } from "../flow/watchdog.ts";
import type { CameraInfo, CameraStatus, Frame } from "../frame/frame.ts";
import { JpegError, type JpegFault, makeWhole } from "../frame/jpeg.ts";
import { CameraError } from "./camera_error.ts";
import { capture } from "./capture.ts";
import { findSource, type SourceOptions } from "./source.ts";

/** How long the camera runs on when nobody watches any more, in milliseconds. */
export const LINGER_MS = 10_000;
/** How long a camera may take to its first picture before it is started anew, in milliseconds. */
export const START_MS = 10_000;
/** How long a camera may give no picture before it is started anew, in milliseconds. */
export const STALL_MS = 5000;
/** The first and the longest wait before a lost camera is tried again, in milliseconds. */
export const RETRY_MS = { min: 500, max: 3000 };

/** Options of {@linkcode openCamera}. */
export interface CameraOptions extends SourceOptions {
  /** Run also while nobody watches. */
  readonly alwaysOn?: boolean;
  /** How long to run on when nobody watches any more, in milliseconds. */
  readonly lingerMs?: number;
}

/** What has passed since the camera was opened. */
export interface CameraCounts {
  /** Pictures handed on. */
  frames: number;
  /** Pictures dropped since they were not whole, by what was wrong with them. */
  dropped: Partial<Record<JpegFault, number>>;
  /** From ffmpeg's last start to its first picture, in milliseconds; null before that. */
  startMs: number | null;
}

/** An open camera. Closing it ends ffmpeg. */
export interface Camera extends AsyncDisposable {
  /** Its pictures; subscribing wakes it. */
  readonly frames: Hub<Frame>;
  /** Whether it gives pictures, and if not, why. */
  readonly status: Hub<CameraStatus>;
  /** What it is, once it was found. */
  readonly info: CameraInfo | undefined;
  /** What has passed. */
  readonly counts: Readonly<CameraCounts>;
  /**
   * Settles when it is known whether the camera works: with its first picture, or with the first
   * failure that may pass. Rejects with a {@linkcode CameraError} when it never will.
   */
  readonly ready: Promise<void>;
}

/** Opens a camera. It starts at once, so that a fault shows now and the first viewer need not wait. */
export function openCamera(options: CameraOptions): Camera {
  return new SupervisedCamera(options);
}

class SupervisedCamera implements Camera {
  readonly frames: Hub<Frame>;
  readonly status = new Hub<CameraStatus>();
  readonly counts: CameraCounts = { frames: 0, dropped: {}, startMs: null };
  info: CameraInfo | undefined;
  readonly #options: CameraOptions;
  readonly #demand: Demand;
  readonly #ready = Promise.withResolvers<void>();
  readonly #backoff = new Backoff(RETRY_MS);
  readonly #living: Promise<void>;
  #sequence = 0;

  constructor(options: CameraOptions) {
    this.#options = options;
    this.#demand = new Demand(options.lingerMs ?? LINGER_MS);
    this.frames = new Hub((wanted) => this.#demand.set(wanted || options.alwaysOn === true));
    this.#demand.set(true);
    if (!options.alwaysOn) this.#demand.set(false);
    this.#ready.promise.catch(() => {});
    this.#living = this.#live();
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async #live(): Promise<void> {
    this.status.publish({ state: "starting" });
    let wanted: AbortSignal | undefined;
    while ((wanted = await this.#demand.wanted())) {
      try {
        await this.#run(wanted);
      } catch (error) {
        if (!wanted.aborted) await this.#failed(error as Error, wanted);
      }
      if (!wanted.aborted) continue;
      this.status.publish({ state: "starting" });
      this.#ready.resolve();
    }
  }

  /** Says why there are no pictures, and waits until it is worth another try. */
  async #failed(error: Error, signal: AbortSignal): Promise<void> {
    this.status.publish({ state: "lost", reason: error.message });
    if (error instanceof CameraError && !error.permanent) this.#ready.resolve();
    else this.#ready.reject(error);
    await delay(this.#backoff.next(), { signal }).catch(() => {});
  }

  /** One run of ffmpeg; it ends with an error, or when `wanted` is aborted. */
  async #run(wanted: AbortSignal): Promise<void> {
    using watchdog = new Watchdog((ms) =>
      new CameraError(`The camera has given no picture for ${ms / 1000} s`)
    );
    watchdog.feed(START_MS);
    const signal = AbortSignal.any([wanted, watchdog.signal]);
    const source = await findSource(this.#options, { name: this.info?.name, signal });
    this.info = { name: source.name, mode: source.mode };
    const startedAt = performance.now();
    let isLive = false;
    for await (const jpeg of capture(source, signal)) {
      if (!this.#publish(jpeg)) continue;
      watchdog.feed(STALL_MS);
      if (isLive) continue;
      isLive = true;
      this.counts.startMs = performance.now() - startedAt;
      this.#backoff.reset();
      this.status.publish({ state: "live" });
      this.#ready.resolve();
    }
  }

  /** Hands on a picture if it is whole. */
  #publish(jpeg: Uint8Array): boolean {
    const capturedAt = now();
    try {
      const sequence = nextSequence(this.#sequence);
      const bytes = writeExif(makeWhole(jpeg), { capturedAt, sequence });
      this.#sequence = sequence;
      this.counts.frames++;
      this.frames.publish(lentFrame({ bytes, sequence, capturedAt }));
      // It lies in the same memory, unless tables had to be put in.
      if (bytes.buffer !== jpeg.buffer) release(jpeg);
      return true;
    } catch (error) {
      if (!(error instanceof JpegError)) throw error;
      this.counts.dropped[error.fault] = (this.counts.dropped[error.fault] ?? 0) + 1;
      release(jpeg);
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#demand.close();
    this.frames.close();
    this.status.close();
    await this.#living;
  }
}
