/**
 * The user's own code on every picture: decoded in full, handed to a function, encoded again.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import type { Image } from "imagescript";
import { Backoff } from "../flow/backoff.ts";
import type { Hub } from "../flow/hub.ts";
import { lentFrame } from "../flow/release.ts";
import type { Frame } from "../frame/frame.ts";
import { blame } from "./blame.ts";
import { Checker } from "./check.ts";
import { watchFile } from "./file_watch.ts";
import {
  type Decoded,
  type DecodeOptions,
  type Decoder,
  DecoderStage,
  type DecodeStage,
} from "./stage.ts";
import { WorkerError, WorkerTimeout } from "./thread.ts";
import type { TransformQuestion, TransformResult } from "./transform_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a transform may take for one picture, in milliseconds; then its thread is ended. */
export const TRANSFORM_MS = 5000;
/** How long a transform that took too long, or ended its thread, is left alone, in milliseconds. */
export const ASIDE_MS = 10_000;
/** How long at most; it doubles each time, since of a thread that hangs some descriptors stay. */
const MAX_ASIDE_MS = 3_600_000;

/**
 * What is done to each picture: the image may be changed in place, or another one returned, of any
 * size. Several run at the same time, each in a thread of its own. It should not call `encodeJPEG`
 * or `encodeWEBP` itself: a thread that is ended while imagescript encodes takes the process along.
 */
export type Transform = (image: Image, frame: Frame) => Image | void | Promise<Image | void>;

/** Options of {@linkcode transformFrames}. */
export interface TransformOptions extends DecodeOptions {
  /** The path of a module, whose default export is a {@linkcode Transform}. */
  readonly module: string;
}

/**
 * Hands on each frame of `source` as the transform leaves it, and as it came where the transform
 * fails. Saving the module takes effect with the next frame.
 *
 * @throws {Error} when there is no such module.
 */
export function transformFrames(source: Hub<Frame>, options: TransformOptions): DecodeStage {
  const { module, workers = 1, now } = options;
  const file = pathToFileURL(module);
  try {
    if (Deno.statSync(file).isFile) {
      return new DecoderStage(source, new Transformer(file, workers), now);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error(`There is no transform ${module}; give the path of a TypeScript module`);
}

/** Threads that transform. */
class Transformer implements Decoder {
  readonly mode = "transform";
  readonly #module: URL;
  readonly #pool: WorkerPool<TransformQuestion, TransformResult>;
  readonly #watch: Disposable;
  readonly #backoff = new Backoff({ min: ASIDE_MS, max: MAX_ASIDE_MS });
  #checker: Checker | undefined;
  #closed = false;
  #aside: { until: number; problem: string } | undefined;

  constructor(module: URL, workers: number) {
    this.#module = module;
    const thread = new URL("./transform_worker.ts", import.meta.url);
    this.#pool = new WorkerPool(thread, { size: workers, hangMs: TRANSFORM_MS });
    this.#watch = watchFile(module, () => {
      this.#aside = undefined;
      this.#backoff.reset();
      // A module that is loaded stays as it is, and so does what it imports: only in a new thread
      // they are read again.
      this.#pool.renew();
    });
  }

  /** Waits until a thread is free. */
  async free(): Promise<void> {
    await (this.#isAside() ? this.#asItCame.free() : this.#pool.free());
  }

  /** Transforms; where that fails the frame is checked, and goes on as it came. */
  async decode(frame: Frame): Promise<Decoded> {
    if (!this.#isAside()) {
      try {
        return combine(frame, await this.#pool.ask({ frame, module: this.#module.href }));
      } catch (error) {
        if (!(error instanceof WorkerError) || this.#closed) throw error;
        this.#putAside(error);
      }
    }
    const problem = this.#aside?.problem;
    return { ...await this.#asItCame.decode(frame), problem };
  }

  get #asItCame(): Checker {
    return this.#checker ??= new Checker(1);
  }

  #isAside(): boolean {
    return this.#aside !== undefined && performance.now() < this.#aside.until;
  }

  /** A transform that costs a thread and seconds is not tried with the next frame again. */
  #putAside(error: WorkerError): void {
    const words = error instanceof WorkerTimeout
      ? `it took over ${TRANSFORM_MS / 1000} s`
      : `it ended its thread: ${error.message}`;
    this.#aside = {
      until: performance.now() + this.#backoff.next(),
      problem: blame(this.#module.href, new Error(words)),
    };
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#watch[Symbol.dispose]();
    this.#pool[Symbol.dispose]();
    this.#checker?.[Symbol.dispose]();
  }
}

/** The frame as it was made, or as it came. */
function combine(frame: Frame, result: TransformResult): Decoded {
  if ("refused" in result) return result;
  const { made, ...seen } = result;
  return "bytes" in made
    ? { ...seen, frame: lentFrame({ ...frame, ...made }) }
    : { ...seen, frame, ...made };
}
