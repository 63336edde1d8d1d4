/**
 * A picture that says why there is none.
 *
 * @module
 */

import type { Frame } from "../frame/frame.ts";
import { now } from "../flow/clock.ts";
import type { NoticeQuestion } from "./notice_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a notice may take to draw, in milliseconds. */
export const NOTICE_MS = 10_000;

/** Draws notices; closing it ends its thread. */
export class NoticeDrawer implements Disposable {
  #pool: WorkerPool<NoticeQuestion, Uint8Array<ArrayBuffer>> | undefined;
  #before: Promise<unknown> = Promise.resolve();

  /**
   * Draws words on a frame that is greyed; without one, on a dark ground. One after the other.
   *
   * @throws {Error} when it takes too long.
   */
  draw(words: string, last: Frame | undefined): Promise<Frame> {
    const drawn = this.#before.then(() => this.#ask(words, last));
    this.#before = drawn.catch(() => {});
    return drawn;
  }

  async #ask(words: string, last: Frame | undefined): Promise<Frame> {
    // The thread is started with the first notice, and stays: what Deno opens for a thread is never
    // closed once that has loaded a native addon, and in weeks there may be thousands of outages.
    const module = new URL("./notice_worker.ts", import.meta.url);
    this.#pool ??= new WorkerPool(module, { size: 1, hangMs: NOTICE_MS });
    const { capturedAt, sequence } = last ?? { capturedAt: now(), sequence: 0 };
    return { bytes: await this.#pool.ask({ words, last }), capturedAt, sequence };
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }
}
