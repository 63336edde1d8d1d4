import { Frame } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { now } from "../time/clock.js";
import type { ByteMessage } from "./answer_questions.ts";
import type { NoticeQuestion } from "./notice_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a notice may take to draw, in milliseconds. */
export const NOTICE_MS = 10_000;

/** Draws frames that say why there is no picture. Disposing of it ends its worker. */
export class NoticeDrawer implements Disposable {
  #pool: WorkerPool<NoticeQuestion, ByteMessage> | undefined;

  /**
   * Draws words on a grey copy of a frame, or on a dark background without one.
   *
   * @throws {WorkerError} when that takes too long.
   */
  async draw(words: string, last: Frame | undefined): Promise<Frame> {
    // The worker starts with the first notice and stays, because a worker that loaded a native
    // addon leaves descriptors open, and there may be thousands of outages in weeks.
    const module = new URL("./notice_worker.ts", import.meta.url);
    this.#pool ??= new WorkerPool(module, { hangMs: NOTICE_MS });
    const { capturedAt, sequence } = last ?? { capturedAt: now(), sequence: 0 };
    const question = { words, bytes: last?.bytes.slice(), capturedAt, sequence };
    const { bytes } = await this.#pool.ask(question);
    return new Frame(FrameMemory.adopt(bytes), question);
  }

  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }
}
