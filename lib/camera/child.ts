import { within } from "../time/deadline.ts";
import { onAbort } from "../time/on_abort.ts";

/** How long a child may take to end after SIGTERM, in milliseconds; then it is killed. */
const TERM_MS = 1000;
/** How much is read from stdout at once, in bytes: as much as a pipe holds. */
const CHUNK_BYTES = 64 * 1024;
/** How much of the end of stderr is kept, in characters. */
const MAX_STDERR = 16 * 1024;

/** How a child ended. */
export interface Exit {
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: Deno.Signal | null;
  /** The end of its stderr. */
  readonly stderr: string;
}

/** Options of {@linkcode Child}. */
export interface ChildOptions {
  /** `piped` if it gets input from {@linkcode Child.stdin}; `null` by default. */
  readonly stdin?: "null" | "piped";
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether the processes that it starts end with it; false by default. This needs permission to
   * run any program, or `kill`. Without it, they end when they next write to its stdout.
   */
  readonly endsOthers?: boolean;
}

/** A running program. Disposing of it ends it and waits until it is reaped. */
export class Child implements AsyncDisposable {
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when it has ended and is reaped; never rejects. */
  readonly exit: Promise<Exit>;
  readonly #process: Deno.ChildProcess;
  readonly #signal: AbortSignal | undefined;
  readonly #endsOthers: boolean;
  #ending: Promise<void> | undefined;

  /**
   * Starts `program`, and ends it when `signal` is aborted.
   *
   * @throws {Deno.errors.NotFound} when it is not installed.
   */
  constructor(
    program: string,
    args: readonly string[],
    signal?: AbortSignal,
    { stdin = "null", env = {}, endsOthers = false }: ChildOptions = {},
  ) {
    signal?.throwIfAborted();
    const stdio = { stdin, stdout: "piped", stderr: "piped" } as const;
    this.#endsOthers = endsOthers && Deno.build.os !== "windows";
    const detached = this.#endsOthers;
    this.#process = spawn(program, { args: [...args], ...stdio, env: { ...env }, detached });
    this.#signal = signal;
    this.stdout = this.#process.stdout;
    this.exit = this.#wait();
    // A program that exits at once does not wait for the child's end.
    const kill = () => this.#kill("SIGKILL");
    addEventListener("unload", kill);
    void this.exit.then(() => removeEventListener("unload", kill));
  }

  /** Its input. @throws {TypeError} when that is `null`. */
  get stdin(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#process.stdin;
  }

  /** Waits for the end, and returns how it ended, with all of stdout. */
  async output(): Promise<Exit & { readonly stdout: string }> {
    const stdout = await new Response(this.stdout).text();
    const exit = await this.exit;
    this.#signal?.throwIfAborted();
    return { ...exit, stdout };
  }

  /** Reads stdout into one buffer: each chunk overwrites the one before. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const reader = this.stdout.getReader({ mode: "byob" });
    try {
      let buffer = new ArrayBuffer(CHUNK_BYTES);
      while (true) {
        const { value, done } = await reader.read(new Uint8Array(buffer));
        if (done) return;
        yield value;
        buffer = value.buffer;
      }
    } finally {
      await reader.cancel();
    }
  }

  async #wait(): Promise<Exit> {
    using _ = onAbort(this.#signal, () => void this[Symbol.asyncDispose]());
    const { status, stderr } = this.#process;
    const log = new Tail(stderr);
    const { code, signal } = await status;
    // A process that it started may keep its stderr open.
    await within(log.ended, TERM_MS, "").catch(() => {});
    return { code, signal, stderr: log.text };
  }

  async #end(): Promise<void> {
    this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), TERM_MS);
    await this.exit;
    clearTimeout(timer);
    if (this.#endsOthers) endGroup(this.#process.pid, "SIGKILL");
  }

  #kill(signal: Deno.Signal): void {
    if (this.#endsOthers && endGroup(this.#process.pid, signal)) return;
    try {
      this.#process.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ending ??= this.#end();
  }
}

/** Starts a program, even if the working directory was deleted or unmounted. */
function spawn(program: string, options: Deno.CommandOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(program, options).spawn();
  } catch (error) {
    if (!/resolving cwd/.test(String(error))) throw error;
    return new Deno.Command(program, { ...options, cwd: "/" }).spawn();
  }
}

/**
 * Sends a signal to a program, if it runs, and to all processes that it started; returns whether it
 * could.
 */
function endGroup(leader: number, signal: Deno.Signal): boolean {
  try {
    if (mayRun()) Deno.kill(-leader, signal);
    else if (mayRun("kill")) {
      const args = [`-${signal.slice("SIG".length)}`, "--", `-${leader}`];
      new Deno.Command("kill", { args, cwd: "/", stdout: "null", stderr: "null" }).outputSync();
    } else return false;
    return true;
  } catch (error) {
    // No process of it runs, or kill is not installed.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** Whether Deno allows running this program, or any; it does not ask. */
function mayRun(command?: string): boolean {
  return Deno.permissions.querySync({ name: "run", command }).state === "granted";
}

/** The end of a stream of text. */
class Tail {
  text = "";
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.text = (this.text + decoder.decode(chunk, { stream: true })).slice(-MAX_STDERR);
    }
  }
}
