import { Deadline } from "../time/deadline.ts";
import { transferOf } from "./answer_questions.ts";

/** Why a worker gave no answer. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

/** Thrown when a worker took too long. */
export class WorkerTimeout extends WorkerError {
  override name = "WorkerTimeout";
}

/** The outside of a worker that answers one question at a time, and may die or hang. */
export class WorkerHandle {
  readonly #worker: Worker;
  readonly #deadline = new Deadline();
  readonly #loaded: Promise<unknown>;
  #waiting: PromiseWithResolvers<unknown> | undefined;
  #ended: WorkerError | undefined;

  /**
   * Starts a worker.
   *
   * @param module what it runs: a module that calls {@linkcode answerQuestions}.
   * @param startMs how long it may take to load.
   * @param onDeath is called when it dies by itself.
   */
  constructor(module: URL, startMs: number, onDeath: () => void) {
    this.#worker = new Worker(module, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#waiting?.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onDeath();
      this.end(`the decoder died: ${event.message}`);
    };
    this.#loaded = this.#receive(startMs);
    this.#loaded.catch(() => {});
  }

  /**
   * Asks a question. The memory of its `bytes` goes to the worker.
   *
   * @throws {WorkerError} when the worker dies over it, or takes longer than `ms`.
   */
  async ask(question: unknown, ms: number): Promise<unknown> {
    await this.#loaded;
    this.#worker.postMessage(question, transferOf(question));
    return await this.#receive(ms);
  }

  /** Ends the worker, even while it works. */
  end(reason: string = "the decoder was closed"): void {
    if (this.#ended) return;
    this.#ended = new WorkerError(reason);
    this.#worker.terminate();
    this.#deadline[Symbol.dispose]();
    this.#waiting?.reject(this.#ended);
  }

  /** The next message of the worker. */
  #receive(ms: number): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const { promise } = this.#waiting = Promise.withResolvers();
    return this.#deadline.within(
      promise,
      ms,
      () => new WorkerTimeout(`the decoder gave no answer for ${ms / 1000} s`),
    );
  }
}
