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

/**
 * Draws words on a frame that is greyed; without one, on a dark ground. In a thread of its own,
 * which ends with it: there may be weeks between two of these.
 *
 * @throws {Error} when it takes too long.
 */
export async function drawNotice(words: string, last: Frame | undefined): Promise<Frame> {
  const module = new URL("./notice_worker.ts", import.meta.url);
  using pool = new WorkerPool<NoticeQuestion, Uint8Array<ArrayBuffer>>(module, {
    size: 1,
    hangMs: NOTICE_MS,
  });
  const { capturedAt, sequence } = last ?? { capturedAt: now(), sequence: 0 };
  return { bytes: await pool.ask({ words, last }), capturedAt, sequence };
}
