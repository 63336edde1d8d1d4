import { Deadline } from "../time/deadline.ts";
import { PING, transferOf } from "./answer_questions.ts";
import { startWorker, type Thread } from "./start_worker.ts";

/** How long a late worker has to show that it still listens, in milliseconds. */
const PING_MS = 500;

/** Why a worker gave no answer. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

/** Thrown when a worker took too long. */
export class WorkerTimeout extends WorkerError {
  override name = "WorkerTimeout";
}

/** Controls a worker that answers one question at a time, and may die or hang. */
export class WorkerHandle {
  readonly #thread: Thread;
  readonly #port: MessagePort;
  readonly #deadline = new Deadline();
  readonly #loaded: Promise<unknown>;
  #waiting: PromiseWithResolvers<unknown> | undefined;
  #ended: WorkerError | undefined;
  #isStuck = false;

  /**
   * Starts a worker.
   *
   * @param module its module, which calls {@linkcode answerQuestions}.
   * @param startMs how long it may take to load.
   * @param heapMb the limit of its JavaScript heap, in MB.
   * @param onDeath is called when it dies by itself.
   */
  constructor(module: URL, startMs: number, heapMb: number | undefined, onDeath: () => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#thread = startWorker(module, heapMb);
    this.#thread.ready.then(() => {
      if (this.#ended) return;
      this.#thread.give(port2);
      this.#waiting?.resolve(undefined);
    });
    this.#thread.died.then((reason) => {
      if (this.#ended) return;
      onDeath();
      this.end(`the decoder died: ${reason}`);
    });
    port1.onmessage = ({ data }) => this.#waiting?.resolve(data);
    this.#loaded = this.#receive(startMs);
    this.#loaded.catch((error) => this.#isStuck ||= error instanceof WorkerTimeout);
  }

  /**
   * Whether the thread probably cannot be ended: it was late, and does not answer that it listens.
   * Deno does not end a thread that loops.
   */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Asks a question. The memory of its `bytes` moves to the worker.
   *
   * @throws {WorkerError} when the worker dies over it, or takes longer than `ms`.
   */
  async ask(question: unknown, ms: number): Promise<unknown> {
    await this.#loaded;
    if (this.#ended) throw this.#ended;
    this.#port.postMessage(question, transferOf(question));
    try {
      return await this.#receive(ms);
    } catch (error) {
      if (error instanceof WorkerTimeout) this.#isStuck = !await this.#listens();
      throw error;
    }
  }

  /** Whether the worker listens: it waits for something, and does not loop. */
  async #listens(): Promise<boolean> {
    if (this.#ended) return true;
    this.#port.postMessage(PING);
    return await this.#receive(PING_MS).then(() => true, () => false);
  }

  /** Ends the worker, even while it works. */
  end(reason: string = "the decoder was closed"): void {
    if (this.#ended) return;
    this.#ended = new WorkerError(reason);
    this.#thread.terminate();
    this.#port.close();
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
