/**
 * Threads that answer one question at a time.
 *
 * @module
 */

/** How long a thread may take for one answer, in milliseconds; then it is replaced. */
export const HANG_MS = 2000;

/** Why a thread gave no answer. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

/** Up to `size` threads of one module; all but the first start when they are needed. */
export class WorkerPool<Question, Answer> {
  readonly #module: URL;
  readonly #size: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  #freed: (() => void) | undefined;

  /** @param module what a thread runs: it gets questions as messages and posts one answer each. */
  constructor(module: URL, size: number) {
    this.#module = module;
    this.#size = size;
    // The first one is started ahead, so that the first question need not wait for it.
    this.#idle.push(this.#start());
  }

  /** Waits until a thread is free, for one caller at a time. */
  async free(): Promise<void> {
    while (this.#idle.length === 0 && this.#all.size >= this.#size) {
      await new Promise<void>((resolve) => this.#freed = resolve);
    }
  }

  /**
   * Asks a free thread.
   *
   * @throws {WorkerError} when the thread dies or hangs over it.
   */
  async ask(question: Question): Promise<Answer> {
    const worker = this.#idle.pop() ?? this.#start();
    try {
      const answer = await reply<Question, Answer>(worker, question);
      if (this.#all.has(worker)) this.#idle.push(worker);
      return answer;
    } catch (error) {
      this.#all.delete(worker);
      worker.terminate();
      throw error;
    } finally {
      this.#freed?.();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#module, { type: "module" });
    this.#all.add(worker);
    return worker;
  }

  /** Ends all threads. */
  [Symbol.dispose](): void {
    for (const worker of this.#all) worker.terminate();
    this.#all.clear();
    this.#idle.length = 0;
  }
}

function reply<Question, Answer>(worker: Worker, question: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const timer = setTimeout(
    () => reject(new WorkerError(`the decoder gave no answer for ${HANG_MS / 1000} s`)),
    HANG_MS,
  );
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new WorkerError(`the decoder died: ${event.message}`));
  };
  worker.postMessage(question);
  return promise.finally(() => clearTimeout(timer));
}
