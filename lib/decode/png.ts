import type { Frame } from "../frame/frame.ts";
import { onAbort } from "../time/on_abort.ts";
import type { ByteMessage } from "./answer_questions.ts";
import type { PngQuestion } from "./png_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a PNG may take to encode, in milliseconds. */
export const PNG_MS = 10_000;

/** A PNG for all who wait for it. */
interface Job {
  /** The newest frame that was asked for, until its encoding begins. */
  frame: Frame;
  /** How many wait. */
  waiting: number;
  /** Gives it up, if it has not begun. */
  readonly abort: AbortController;
  png: Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Encodes PNGs, for programs that cannot read JPEG or must not lose more detail. One is encoded at a
 * time, and one waits, in which the newest frame wins. Disposing of it ends its worker.
 */
export class PngEncoder implements Disposable {
  #pool: WorkerPool<PngQuestion, ByteMessage> | undefined;
  readonly #begun = new WeakMap<Frame, Job>();
  #next: Job | undefined;

  /**
   * The frame as a PNG, encoded once for all who ask for it; where it has to wait, and a newer one is
   * asked for meanwhile, that one. What nobody waits for any more is not begun.
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

  /** The job that waits, with this frame. */
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
    // The worker starts with the first PNG: hardly anybody wants one.
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
