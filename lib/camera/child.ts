import { onAbort } from "../time/on_abort.ts";

/** How long a child may take to end after SIGTERM, in milliseconds; then it is killed. */
const TERM_MS = 1000;
/** No proxy of the environment is used: cameras are near. */
const NO_PROXY = { no_proxy: "*" };
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

/** A running program. Disposing of it ends it and waits until it is reaped. */
export class Child implements AsyncDisposable {
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when it has ended and is reaped; never rejects. */
  readonly exit: Promise<Exit>;
  readonly #process: Deno.ChildProcess;
  readonly #signal: AbortSignal | undefined;
  #ending: Promise<void> | undefined;

  /**
   * Starts `program`, and ends it when `signal` is aborted.
   *
   * @param stdin `piped` if it gets input from {@linkcode Child.stdin}.
   * @throws {Deno.errors.NotFound} when it is not installed.
   */
  constructor(
    program: string,
    args: readonly string[],
    signal?: AbortSignal,
    stdin: "null" | "piped" = "null",
  ) {
    signal?.throwIfAborted();
    const stdio = { stdin, stdout: "piped", stderr: "piped" } as const;
    this.#process = spawn(program, { args: [...args], ...stdio, env: NO_PROXY });
    this.#signal = signal;
    this.stdout = this.#process.stdout;
    this.exit = this.#wait();
    // Whoever exits at once does not wait for it to end.
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

  async #wait(): Promise<Exit> {
    using _ = onAbort(this.#signal, () => void this[Symbol.asyncDispose]());
    const { status, stderr } = this.#process;
    const [{ code, signal }, log] = await Promise.all([status, endOf(stderr)]);
    return { code, signal, stderr: log };
  }

  async #end(): Promise<void> {
    this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), TERM_MS);
    await this.exit;
    clearTimeout(timer);
  }

  #kill(signal: Deno.Signal): void {
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

/** Starts a program, also when the working directory was deleted or unmounted meanwhile. */
function spawn(program: string, options: Deno.CommandOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(program, options).spawn();
  } catch (error) {
    if (!/resolving cwd/.test(String(error))) throw error;
    return new Deno.Command(program, { ...options, cwd: "/" }).spawn();
  }
}

async function endOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stderr) {
    text = (text + decoder.decode(chunk, { stream: true })).slice(-MAX_STDERR);
  }
  return text;
}
