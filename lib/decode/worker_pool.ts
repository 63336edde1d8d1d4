import { fileURLToPath } from "node:url";
import { JpegError } from "../frame/jpeg.ts";
import { Backoff } from "../time/backoff.ts";
import { onAbort } from "../time/on_abort.ts";
import type { Refusal } from "./answer_questions.ts";
import { Turns } from "./turns.ts";
import { WorkerError, WorkerHandle } from "./worker_handle.ts";

/** How many workers of a pool may hang for good, each using a core, before it starts no more. */
export const MAX_STUCK = 4;
/** How long a pool waits before it replaces a worker that hangs for good, in milliseconds: doubling. */
export const REPLACE_MS = { min: 1000, max: 600_000 } as const;

/** Options of {@linkcode WorkerPool}. */
export interface WorkerPoolOptions {
  /** The most workers, 1 by default; all but the first start when needed. */
  readonly size?: number;
  /** How long a worker may take for an answer before it is replaced; 2000 ms by default. */
  readonly hangMs?: number;
  /** How long it may take to load; 10,000 ms by default, because small machines are slow. */
  readonly startMs?: number;
  /** The limit of each worker's JavaScript heap, in MB; none by default. */
  readonly heapMb?: number;
}

/** Workers that run one module and answer one question at a time ({@linkcode answerQuestions}). */
export class WorkerPool<Question, Answer> {
  readonly #module: URL;
  readonly #size: number;
  readonly #hangMs: number;
  readonly #startMs: number;
  readonly #heapMb: number | undefined;
  readonly #idle = new Set<WorkerHandle>();
  readonly #busy = new Set<WorkerHandle>();
  readonly #turns: Turns;
  readonly #outdated = new WeakSet<WorkerHandle>();
  readonly #backoff = new Backoff(REPLACE_MS);
  #stuck = 0;
  #startsAt = -Infinity;
  #freed = Promise.withResolvers<void>();
  #closed = false;

  /** @throws {Deno.errors.NotCapable} when Deno does not allow loading the module. */
  constructor(module: URL, options: WorkerPoolOptions) {
    const { size = 1, hangMs = 2000, startMs = 10_000, heapMb } = options;
    // A worker without permission to read its module would end at once, and so would each new one.
    if (module.protocol === "file:") assertReadable(fileURLToPath(module));
    this.#module = module;
    this.#size = size;
    this.#turns = new Turns(size);
    this.#hangMs = hangMs;
    this.#startMs = startMs;
    this.#heapMb = heapMb;
    // The first worker starts now, so that the first question need not wait for it.
    this.#idle.add(this.#start());
  }

  /** Waits for a turn at a free worker; callers take turns. */
  async turn(): Promise<Disposable> {
    const turn = await this.#turns.take();
    await this.free();
    return turn;
  }

  /** Waits until a worker is free. */
  async free(): Promise<void> {
    while (this.#busy.size >= this.#size) await this.#freed.promise;
  }

  /**
   * Asks the next free worker. The memory of the question's `bytes` moves to the worker.
   *
   * @param question the question, or a function that makes it once a worker is free.
   * @param signal cancels the question while it waits for a worker.
   * @throws {JpegError} when the worker refuses it.
   * @throws {WorkerError} when the worker dies or hangs over it, or too many hang for good.
   */
  async ask(question: Question | (() => Question), signal?: AbortSignal): Promise<Answer> {
    // Others may have waited for the same worker.
    while (this.#busy.size >= this.#size) await this.#freedOr(signal);
    if (this.#closed) throw new WorkerError("the decoder was closed");
    const [worker = this.#replace()] = this.#idle;
    this.#idle.delete(worker);
    this.#busy.add(worker);
    let fit = false;
    try {
      const asked = question instanceof Function ? question() : question;
      const answer = await worker.ask(asked, this.#hangMs) as Answer & Partial<Refusal>;
      fit = this.#busy.has(worker) && !this.#outdated.has(worker);
      if (answer.refusal) throw new JpegError(...answer.refusal);
      return answer;
    } finally {
      this.#busy.delete(worker);
      if (fit) this.#idle.add(worker);
      else this.#give(worker);
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    }
  }

  async #freedOr(signal: AbortSignal | undefined): Promise<void> {
    const { promise, reject } = Promise.withResolvers<void>();
    using _ = onAbort(signal, reject);
    await Promise.race([this.#freed.promise, promise]);
  }

  /** Replaces all workers, so that the module is loaded again. */
  renew(): void {
    for (const worker of this.#idle) worker.end();
    this.#idle.clear();
    for (const worker of this.#busy) this.#outdated.add(worker);
  }

  /** Removes a worker. */
  #give(worker: WorkerHandle): void {
    worker.end();
    if (!worker.isStuck || ++this.#stuck === 1) return;
    this.#startsAt = performance.now() + this.#backoff.next();
  }

  /** Starts a worker in place of a removed one, if that makes sense. */
  #replace(): WorkerHandle {
    if (this.#stuck >= MAX_STUCK) {
      throw new WorkerError(`${this.#stuck} decoders hang and cannot be ended; start again`);
    }
    if (performance.now() >= this.#startsAt) return this.#start();
    throw new WorkerError(`${this.#stuck} decoders hang; the next one has to wait`);
  }

  #start(): WorkerHandle {
    const onDeath = () => this.#idle.delete(worker);
    const worker = new WorkerHandle(this.#module, this.#startMs, this.#heapMb, onDeath);
    return worker;
  }

  /** Ends all workers; open questions fail. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const worker of [...this.#idle, ...this.#busy]) worker.end();
    this.#idle.clear();
    this.#busy.clear();
    this.#freed.resolve();
  }
}

function assertReadable(path: string): void {
  if (Deno.permissions.requestSync({ name: "read", path }).state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires read access to "${path}", run again with the --allow-read flag`,
  );
}
