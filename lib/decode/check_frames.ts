import type { Feed } from "../flow/feed.ts";
import type { Frame } from "../frame/frame.ts";
import type { ByteMessage } from "./answer_questions.ts";
import type { Decoded, Decoder, Outcome } from "./decoder.ts";
import { DecoderStage } from "./decoder_stage.ts";
import type { DecodeOptions, DecodeStage } from "./stage.ts";
import { WorkerPool } from "./worker_pool.ts";

/**
 * Decodes each frame at 1/8 of its size in a worker, one by default, and lets through those that
 * decode, unchanged: encoding them again would lose quality. The loop gives each frame with its
 * scene. It throws the error that the feed ends with.
 *
 * @example
 * ```ts
 * import { checkFrames, openCamera } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using checked = checkFrames(camera);
 * for await (const { frame, scene } of checked) {
 *   console.log(new Date(frame.capturedAt), scene?.motion);
 *   if (checked.counts.published === 3) break;
 * }
 * ```
 */
export function checkFrames(feed: Feed, options: DecodeOptions = {}): DecodeStage {
  const { workers = 1, signal } = options;
  return new DecoderStage(feed, new Checker(workers), signal);
}

/** Checks frames in workers. */
export class Checker implements Decoder {
  readonly mode = "check";
  readonly #pool: WorkerPool<ByteMessage, Outcome>;

  /** Starts the first of at most `workers` workers. */
  constructor(workers: number) {
    const module = new URL("./check_worker.ts", import.meta.url);
    this.#pool = new WorkerPool(module, { size: workers });
  }

  free(): Promise<void> {
    return this.#pool.free();
  }

  /** Gives the same frame, if it decodes. The worker gets a copy, so that the frame stays whole. */
  async decode(frame: Frame): Promise<Decoded> {
    return { frame, ...await this.#pool.ask({ bytes: frame.bytes.slice() }) };
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
