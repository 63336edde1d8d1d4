/**
 * The outside of a thread, which may die or hang.
 *
 * @module
 */

/** Why a thread gave no answer. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

/** Thrown when a thread took too long. */
export class WorkerTimeout extends WorkerError {
  override name = "WorkerTimeout";
}

/** A worker that is asked one thing at a time. */
export class Thread {
  readonly #worker: Worker;
  readonly #loaded: Promise<unknown>;
  #waiting: PromiseWithResolvers<unknown> | undefined;

  /**
   * Starts a thread.
   *
   * @param module what it runs: it calls {@linkcode answerQuestions}.
   * @param startMs how long it may take to load.
   * @param onDeath is called when it dies by itself.
   */
  constructor(module: URL, startMs: number, onDeath: () => void) {
    this.#worker = new Worker(module, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#waiting?.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onDeath();
      this.#waiting?.reject(new WorkerError(`the decoder died: ${event.message}`));
    };
    this.#loaded = this.#hear(startMs);
    this.#loaded.catch(() => {});
  }

  /**
   * Asks; what `transfer` names is the thread's from then on, and needs no copy.
   *
   * @throws {WorkerError} when the thread dies over it, or takes longer than `ms`.
   */
  async ask(question: unknown, ms: number, transfer: ArrayBuffer[] = []): Promise<unknown> {
    await this.#loaded;
    this.#worker.postMessage(question, transfer);
    return await this.#hear(ms);
  }

  /** Ends the thread, also over a question. */
  end(): void {
    this.#worker.terminate();
    this.#waiting?.reject(new WorkerError("the decoder was closed"));
  }

  /** The next thing that the thread says. */
  async #hear(ms: number): Promise<unknown> {
    this.#waiting = Promise.withResolvers();
    const { promise, reject } = this.#waiting;
    const timer = setTimeout(
      () => reject(new WorkerTimeout(`the decoder gave no answer for ${ms / 1000} s`)),
      ms,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
