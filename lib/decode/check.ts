/**
 * Lets through what decodes, as the bytes it came in: no second generation of loss.
 *
 * @module
 */

import { now } from "../flow/clock.ts";
import { Demand } from "../flow/demand.ts";
import { Hub } from "../flow/hub.ts";
import { Percentiles, RateMeter } from "../flow/meter.ts";
import type { Frame } from "../frame/frame.ts";
import type { CheckResult } from "./check_worker.ts";
import { WorkerError, WorkerPool } from "./worker_pool.ts";

/** Options of {@linkcode checkFrames}. */
export interface CheckOptions {
  /** Threads at most; as many run as are needed. */
  readonly workers?: number;
  /** The time by the clock that frames are stamped with, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** What has passed the check, and what has not. */
export interface CheckCounts {
  /** Frames that were handed on. */
  published: number;
  /** Frames that do not decode. */
  corrupt: number;
  /** Frames that a newer one replaced while all threads were busy. */
  skipped: number;
}

/** A running check. Closing it ends its threads. */
export interface FrameCheck extends AsyncDisposable {
  /** The frames that decode, in order; while nobody subscribes, nothing is decoded. */
  readonly frames: Hub<Frame>;
  /** What has passed. */
  readonly counts: Readonly<CheckCounts>;
  /** How long a decode took, in milliseconds. */
  readonly durations: Percentiles;
  /** How old frames were when they were handed on, in milliseconds. */
  readonly ages: Percentiles;
  /** How many are handed on. */
  readonly rate: RateMeter;
  /** The size of the newest picture that decoded, in pixels. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Why the last frame that was refused was refused. */
  readonly lastError: string | undefined;
}

/** Decodes each frame of `source` in a thread and hands on those that decode. */
export function checkFrames(source: Hub<Frame>, options: CheckOptions = {}): FrameCheck {
  return new Checker(source, options);
}

class Checker implements FrameCheck {
  readonly frames: Hub<Frame>;
  readonly counts: CheckCounts = { published: 0, corrupt: 0, skipped: 0 };
  readonly durations = new Percentiles();
  readonly ages = new Percentiles();
  readonly rate = new RateMeter();
  size: { width: number; height: number } | undefined;
  lastError: string | undefined;
  readonly #source: Hub<Frame>;
  readonly #now: () => number;
  readonly #pool: WorkerPool<Uint8Array, CheckResult>;
  readonly #demand = new Demand();
  readonly #living: Promise<void>;

  constructor(source: Hub<Frame>, { workers = 1, now: time = now }: CheckOptions) {
    this.#source = source;
    this.#now = time;
    this.#pool = new WorkerPool(new URL("./check_worker.ts", import.meta.url), workers);
    this.frames = new Hub((wanted) => this.#demand.set(wanted));
    this.#living = this.#live();
  }

  async #live(): Promise<void> {
    let wanted: AbortSignal | undefined;
    while ((wanted = await this.#demand.wanted())) await this.#run(wanted);
  }

  /** Checks frames as long as they are wanted: several at the same time, handed on in order. */
  async #run(wanted: AbortSignal): Promise<void> {
    using frames = this.#source.subscribe();
    wanted.addEventListener("abort", () => frames.return());
    const skippedBefore = this.counts.skipped;
    let before = Promise.resolve();
    while (true) {
      // A free thread first, then the frame: what is taken now is the newest there is.
      await this.#pool.free();
      const { value: frame } = await frames.next();
      if (!frame) break;
      this.counts.skipped = skippedBefore + frames.skipped;
      const checked = this.#check(frame);
      const turn = before;
      before = checked.then(async (passed) => {
        await turn;
        if (passed) this.#publish(frame);
      });
    }
    await before;
  }

  async #check(frame: Frame): Promise<boolean> {
    try {
      const result = await this.#pool.ask(frame.bytes);
      if ("error" in result) return this.#refuse(result.error);
      this.durations.add(result.ms);
      this.size = { width: result.width, height: result.height };
      return true;
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      return this.#refuse(error.message);
    }
  }

  #refuse(reason: string): false {
    this.counts.corrupt++;
    this.lastError = reason;
    return false;
  }

  #publish(frame: Frame): void {
    this.counts.published++;
    this.ages.add(this.#now() - frame.capturedAt);
    this.rate.add(frame.bytes.length);
    this.frames.publish(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.frames.close();
    this.#demand.close();
    await this.#living;
    this.#pool[Symbol.dispose]();
  }
}
