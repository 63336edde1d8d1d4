/**
 * Threads that answer one question at a time.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { Thread } from "./thread.ts";

/** How long a thread may take for one answer if nobody says otherwise, in milliseconds. */
export const HANG_MS = 2000;
/** How long a thread may take to load, in milliseconds: small machines are slow at it. */
export const START_MS = 10_000;

/** Options of {@linkcode WorkerPool}. */
export interface WorkerPoolOptions {
  /** Threads at most; all but the first start when they are needed. */
  readonly size: number;
  /** How long a thread may take for one answer, in milliseconds; then it is replaced. */
  readonly hangMs?: number;
  /** How long a thread may take to load, in milliseconds; then it is replaced. */
  readonly startMs?: number;
}

/** Threads of one module, which is one that calls {@linkcode answerQuestions}. */
export class WorkerPool<Question, Answer> {
  readonly #module: URL;
  readonly #size: number;
  readonly #hangMs: number;
  readonly #startMs: number;
  readonly #idle = new Set<Thread>();
  readonly #busy = new Set<Thread>();
  readonly #outdated = new WeakSet<Thread>();
  #freed: (() => void) | undefined;

  /** @throws {Deno.errors.NotCapable} when Deno does not allow the module to be loaded. */
  constructor(module: URL, options: WorkerPoolOptions) {
    const { size, hangMs = HANG_MS, startMs = START_MS } = options;
    // A thread whose module may not be read would end at once, and the next one after it.
    if (module.protocol === "file:") assertReadable(fileURLToPath(module));
    this.#module = module;
    this.#size = size;
    this.#hangMs = hangMs;
    this.#startMs = startMs;
    // The first one is started ahead, so that the first question need not wait for it.
    this.#idle.add(this.#start());
  }

  /** Waits until a thread is free, for one caller at a time. */
  async free(): Promise<void> {
    while (this.#busy.size >= this.#size) {
      await new Promise<void>((resolve) => this.#freed = resolve);
    }
  }

  /**
   * Asks a free thread; what `transfer` names is its own from then on.
   *
   * @throws {WorkerError} when the thread dies or hangs over it; it has been replaced then.
   */
  async ask(question: Question, transfer?: ArrayBuffer[]): Promise<Answer> {
    const [thread = this.#start()] = this.#idle;
    this.#idle.delete(thread);
    this.#busy.add(thread);
    let fit = false;
    try {
      const answer = await thread.ask(question, this.#hangMs, transfer) as Answer;
      fit = this.#busy.has(thread) && !this.#outdated.has(thread);
      return answer;
    } finally {
      this.#busy.delete(thread);
      if (fit) this.#idle.add(thread);
      else thread.end();
      this.#freed?.();
    }
  }

  /** Has all further questions answered by new threads, which load the module once more. */
  renew(): void {
    for (const thread of this.#idle) thread.end();
    this.#idle.clear();
    for (const thread of this.#busy) this.#outdated.add(thread);
  }

  #start(): Thread {
    const thread = new Thread(this.#module, this.#startMs, () => this.#idle.delete(thread));
    return thread;
  }

  /** Ends all threads. */
  [Symbol.dispose](): void {
    for (const thread of [...this.#idle, ...this.#busy]) thread.end();
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
