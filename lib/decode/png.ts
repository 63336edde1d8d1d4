import type { Frame } from "../frame/frame.ts";
import { onAbort } from "../time/on_abort.ts";
import type { ByteMessage } from "./answer_questions.ts";
import type { PngQuestion } from "./png_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a PNG may take to encode, in milliseconds. */
export const PNG_MS = 10_000;

/** A PNG for all that wait for it. */
interface Job {
  /** The newest frame that was asked for, until its encoding begins. */
  frame: Frame;
  /** How many callers wait. */
  waiting: number;
  /** Cancels it, if it has not begun. */
  readonly abort: AbortController;
  png: Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Encodes PNGs, for programs that cannot read JPEG or must not lose more detail. It encodes one at
 * a time, and one job waits, which takes the newest frame. Disposing of it ends its worker.
 */
export class PngEncoder implements Disposable {
  #pool: WorkerPool<PngQuestion, ByteMessage> | undefined;
  readonly #begun = new WeakMap<Frame, Job>();
  #next: Job | undefined;

  /**
   * The frame as a PNG, encoded once for all callers. If it has to wait, and a newer frame is
   * requested meanwhile, the result is the newer one. A job that nobody waits for any more is not
   * begun.
   *
   * @throws {JpegError} when the frame does not decode.
   * @throws the reason of `signal`.
   */
  async encode(frame: Frame, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const job = this.#begun.get(frame) ?? this.#join(frame);
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    using _ = onAbort(signal, reject);
    job.waiting++;
    try {
      return await Promise.race([job.png, aborted]);
    } finally {
      if (--job.waiting === 0 && job === this.#next) {
        this.#next = undefined;
        job.abort.abort(signal?.reason);
      }
    }
  }

  /** The waiting job, with this frame. */
  #join(frame: Frame): Job {
    frame.retain();
    if (this.#next) {
      this.#next.frame.release();
      this.#next.frame = frame;
      return this.#next;
    }
    const abort = new AbortController();
    const job: Job = { frame, waiting: 0, abort, png: Promise.resolve(new Uint8Array(0)) };
    this.#next = job;
    job.png = this.#run(job);
    return job;
  }

  async #run(job: Job): Promise<Uint8Array<ArrayBuffer>> {
    // The worker starts with the first PNG, because few people want one.
    const module = new URL("./png_worker.ts", import.meta.url);
    this.#pool ??= new WorkerPool(module, { hangMs: PNG_MS });
    const begin = () => {
      if (this.#next === job) this.#next = undefined;
      this.#begun.set(job.frame, job);
      const { bytes, sequence, capturedAt } = job.frame;
      return { bytes: bytes.slice(), sequence, capturedAt };
    };
    try {
      return (await this.#pool.ask(begin, job.abort.signal)).bytes;
    } finally {
      if (this.#next === job) this.#next = undefined;
      job.frame.release();
    }
  }

  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }
}
