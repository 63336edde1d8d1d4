import { fileURLToPath } from "node:url";
import { JpegError } from "../frame/jpeg.ts";
import type { Refusal } from "./answer_questions.ts";
import { WorkerError, WorkerHandle } from "./worker_handle.ts";

/** Options of {@linkcode WorkerPool}. */
export interface WorkerPoolOptions {
  /** The most workers, 1 by default; all but the first start when they are needed. */
  readonly size?: number;
  /** How long a worker may take for an answer before it is replaced; 2000 ms by default. */
  readonly hangMs?: number;
  /** How long it may take to load; 10,000 ms by default, since small machines are slow at it. */
  readonly startMs?: number;
}

/** Workers that run one module and answer one question at a time ({@linkcode answerQuestions}). */
export class WorkerPool<Question, Answer> {
  readonly #module: URL;
  readonly #size: number;
  readonly #hangMs: number;
  readonly #startMs: number;
  readonly #idle = new Set<WorkerHandle>();
  readonly #busy = new Set<WorkerHandle>();
  readonly #outdated = new WeakSet<WorkerHandle>();
  #freed = Promise.withResolvers<void>();
  #closed = false;

  /** @throws {Deno.errors.NotCapable} when Deno does not allow the module to be loaded. */
  constructor(module: URL, options: WorkerPoolOptions) {
    const { size = 1, hangMs = 2000, startMs = 10_000 } = options;
    // A worker whose module may not be read would end at once, and the next one after it.
    if (module.protocol === "file:") assertReadable(fileURLToPath(module));
    this.#module = module;
    this.#size = size;
    this.#hangMs = hangMs;
    this.#startMs = startMs;
    // The first worker starts ahead, so that the first question need not wait for it.
    this.#idle.add(this.#start());
  }

  /** Waits until a worker is free. */
  async free(): Promise<void> {
    while (this.#busy.size >= this.#size) await this.#freed.promise;
  }

  /**
   * Asks the next free worker. The memory of the question's `bytes` goes to the worker.
   *
   * @throws {JpegError} when the worker refuses it.
   * @throws {WorkerError} when the worker dies or hangs over it, and has been replaced.
   */
  async ask(question: Question): Promise<Answer> {
    if (this.#busy.size >= this.#size) await this.free();
    if (this.#closed) throw new WorkerError("the decoder was closed");
    const [worker = this.#start()] = this.#idle;
    this.#idle.delete(worker);
    this.#busy.add(worker);
    let fit = false;
    try {
      const answer = await worker.ask(question, this.#hangMs) as Answer & Partial<Refusal>;
      fit = this.#busy.has(worker) && !this.#outdated.has(worker);
      if (answer.refusal) throw new JpegError(...answer.refusal);
      return answer;
    } finally {
      this.#busy.delete(worker);
      if (fit) this.#idle.add(worker);
      else worker.end();
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    }
  }

  /** Replaces all workers, so that the module is loaded again. */
  renew(): void {
    for (const worker of this.#idle) worker.end();
    this.#idle.clear();
    for (const worker of this.#busy) this.#outdated.add(worker);
  }

  #start(): WorkerHandle {
    const worker = new WorkerHandle(this.#module, this.#startMs, () => this.#idle.delete(worker));
    return worker;
  }

  /** Ends all workers; questions that are still open fail. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const worker of [...this.#idle, ...this.#busy]) worker.end();
    this.#idle.clear();
    this.#busy.clear();
  }
}

function assertReadable(path: string): void {
  if (Deno.permissions.requestSync({ name: "read", path }).state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires read access to "${path}", run again with the --allow-read flag`,
  );
}
