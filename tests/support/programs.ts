/**
 * Starts server.ts and client.ts as a user does.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";

/** How long tests wait for a program, in milliseconds. */
const PATIENCE_MS = 60_000;

const ROOT = new URL("../../", import.meta.url);

/** A running program; disposing of it ends it. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<Deno.CommandStatus>;
  readonly #reading: Promise<unknown>;
  #listeners: (() => void)[] = [];
  stdout = "";
  stderr = "";

  /** @param stdin `piped` if the test calls {@linkcode tell}. */
  constructor(
    command: string,
    args: string[],
    env: Record<string, string> = {},
    stdin: "null" | "piped" = "null",
  ) {
    this.#child = new Deno.Command(command, {
      args,
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#ended = this.#child.status;
    this.#reading = Promise.all([
      this.#read(this.#child.stdout, (text) => this.stdout += text),
      this.#read(this.#child.stderr, (text) => this.stderr += text),
    ]).then(() => this.#changed());
  }

  get pid(): number {
    return this.#child.pid;
  }

  async #read(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      add(decoder.decode(chunk, { stream: true }));
      this.#changed();
    }
  }

  #changed(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }

  /** Waits until the program's stdout or stderr matches. */
  async says(pattern: RegExp, patienceMs: number = PATIENCE_MS): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    const isSaid = () => (match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)) !== null;
    await this.until(isSaid, String(pattern), patienceMs);
    return match!;
  }

  /** Waits until a condition on its output holds; the error names `what` was missing. */
  async until(
    condition: () => boolean,
    what: string,
    patienceMs: number = PATIENCE_MS,
  ): Promise<void> {
    let over = false;
    void this.#reading.then(() => over = true);
    const waiting = (async () => {
      while (!condition()) {
        if (over) throw new Error("the program ended");
        await new Promise<void>((resolve) => this.#listeners.push(resolve));
      }
    })();
    try {
      await deadline(waiting, patienceMs);
    } catch (error) {
      const said = `stdout: ${this.stdout}\nstderr: ${this.stderr}`;
      throw new Error(`The program never wrote ${what}: ${(error as Error).message}\n${said}`);
    }
  }

  /** Writes to its stdin. */
  async tell(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  /** Waits until it ends; returns the exit status. */
  async ends(): Promise<number> {
    const [{ code }] = await deadline(Promise.all([this.#ended, this.#reading]), PATIENCE_MS);
    return code;
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** The ids of its running child processes. */
  async children(): Promise<number[]> {
    const { stdout } = await new Deno.Command("pgrep", { args: ["-P", String(this.pid)] }).output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGTERM");
    } catch {
      // It has already ended.
    }
    await this.ends();
  }
}

/** Starts `server.ts`. */
export function startServer(...args: string[]): Program {
  return new Program(Deno.execPath(), ["run", "-A", "server.ts", ...args]);
}

/** Starts `client.ts`. */
export function startClient(...args: string[]): Program {
  return new Program(Deno.execPath(), ["run", "-A", "client.ts", ...args]);
}

/** The port in a server's ready line. */
export async function serverPort(server: Program): Promise<string> {
  return (await server.says(/^server: listening on [^ ]+:(\d+) \(camera: .+\)$/m))[1];
}

/** The address in a client's ready line. */
export async function clientUrl(client: Program): Promise<string> {
  // As text, or with --log json.
  return (await client.says(/^(?:client: |\{.*"message":")open (https?:[^ ]+) \(from [^)]+\)/m))[1];
}
