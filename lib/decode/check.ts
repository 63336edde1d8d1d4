/**
 * Lets through what decodes, as the bytes it came in: no second generation of loss.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import type { CheckResult } from "./check_worker.ts";
import {
  type Decoded,
  type DecodeOptions,
  type Decoder,
  DecoderStage,
  type DecodeStage,
} from "./stage.ts";
import { WorkerPool } from "./worker_pool.ts";

/** Decodes each frame of `source` at an eighth in a thread, and hands on those that decode. */
export function checkFrames(source: Hub<Frame>, options: DecodeOptions = {}): DecodeStage {
  const { workers = 1, now } = options;
  return new DecoderStage(source, new Checker(workers), now);
}

/** Threads that check. */
export class Checker implements Decoder {
  readonly mode = "check";
  readonly #pool: WorkerPool<Uint8Array, CheckResult>;

  constructor(workers: number) {
    const module = new URL("./check_worker.ts", import.meta.url);
    this.#pool = new WorkerPool(module, { size: workers });
  }

  /** Waits until a thread is free. */
  free(): Promise<void> {
    return this.#pool.free();
  }

  /** Hands on the same frame, if it decodes. */
  async decode(frame: Frame): Promise<Decoded> {
    // The thread gets a copy: the frame stays whole for everyone else. Handed over, it is the only
    // one; a message would be written into memory of its own and read from there into more.
    const copy = frame.bytes.slice();
    const result = await this.#pool.ask(copy, [copy.buffer]);
    return "refused" in result ? result : { frame, ...result };
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
