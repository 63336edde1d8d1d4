import type { Feed } from "../flow/feed.ts";
import { Frame } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import type { CheckQuestion, CheckResult } from "./check_worker.ts";
import type { Decoded, Decoder } from "./decoder.ts";
import { DecoderStage } from "./decoder_stage.ts";
import type { DecodeOptions, DecodeStage } from "./stage.ts";
import { WorkerPool } from "./worker_pool.ts";

/**
 * Decodes each frame at 1/8 of its size in a worker, one by default. Frames that decode pass
 * unchanged, because encoding them again would lose quality. Damaged frames that browsers can show
 * pass, too, and are counted. The loop gives each frame with its scene. It throws the error that
 * the feed ends with.
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
  readonly #pool: WorkerPool<CheckQuestion, CheckResult>;

  /** Starts the first of at most `workers` workers. */
  constructor(workers: number) {
    const module = new URL("./check_worker.ts", import.meta.url);
    this.#pool = new WorkerPool(module, { size: workers });
  }

  turn(): Promise<Disposable> {
    return this.#pool.turn();
  }

  /**
   * Returns the same frame, if it decodes, or a completed one if it was incomplete. The worker gets
   * a copy, so that the frame stays whole.
   */
  async decode(frame: Frame): Promise<Decoded> {
    const { sequence, capturedAt } = frame;
    const question = { bytes: frame.bytes.slice(), sequence, capturedAt };
    const { bytes, ...outcome } = await this.#pool.ask(question);
    const shown = bytes ? new Frame(FrameMemory.adopt(bytes), question) : frame;
    return { frame: shown, ...outcome };
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
