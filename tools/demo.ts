/**
 * Shows socketcam on one machine: installs what is missing, starts server.ts and client.ts, and
 * prints the address to open. Without a webcam it shows a test picture.
 *
 * @module
 */

import "../lib/cli/deno_version.ts";
import { delay } from "@std/async/delay";
import { listWebcams } from "../lib/camera/find_webcam.ts";
import { clientCommand } from "../lib/cli/client_options.ts";
import { nameOf } from "../lib/cli/environment.ts";
import { SIGNALS } from "../lib/cli/run.ts";
import { serverCommand } from "../lib/cli/server_options.ts";
import { networkHosts } from "../lib/cli/summary.ts";
import { complain, print } from "../lib/cli/terminal.ts";
import { UsageError } from "../lib/cli/usage_error.ts";
import { DEFAULT_HTTP_PORT } from "../lib/http/serve_http.ts";
import { urlOf } from "../lib/http/url.ts";
import { installProgram } from "./setup.ts";

const ROOT = new URL("../", import.meta.url);
/** How long a program may take to its first line, in milliseconds. */
const START_MS = 60_000;
/** How long to wait for the first picture before the address is printed, in milliseconds. */
const LIVE_MS = 10_000;
const HELP = `Usage: deno task demo [--lan] [options of server.ts and client.ts]

Shows a webcam, or a test picture, in the browser of this machine.

  --lan   let other machines on the network watch, too
`;

/** The options of the demo, and those that it passes on. */
interface Plan {
  readonly isLan: boolean;
  readonly server: string[];
  readonly client: string[];
}

/** Options that the demo sets itself. */
const TAKEN = ["host", "port", "list", "json", "http-host"];

/** Gives each option to its program. @throws {UsageError} for one that neither has. */
export function planOf(args: readonly string[]): Plan {
  const options = { server: serverCommand().options, client: clientCommand().options };
  const plan = { isLan: false, server: [] as string[], client: [] as string[] };
  for (let at = 0; at < args.length;) {
    const arg = args[at++];
    if (arg === "--lan") {
      plan.isLan = true;
      continue;
    }
    const [name, value] = arg.replace(/^--/, "").split(/=(.*)/s);
    // In the demo, the client serves viewers.
    const programs = (["client", "server"] as const).filter((program) =>
      !TAKEN.includes(name) && options[program].some((option) => nameOf(option) === name)
    );
    const [owner] = programs;
    if (!arg.startsWith("--") || owner === undefined) {
      throw new UsageError(`the demo has no option ${arg}; --help shows its options`);
    }
    const option = options[owner].find((option) => nameOf(option) === name)!;
    const words = option.required && value === undefined ? [arg, args[at++] ?? ""] : [arg];
    const isShared = /^(token|token-file)$/.test(name);
    for (const program of isShared ? programs : [owner]) plan[program].push(...words);
  }
  return plan;
}

/** A program of the demo. What it writes appears here, line by line. */
class Part {
  readonly process: Deno.ChildProcess;
  readonly #ready = Promise.withResolvers<string>();
  readonly #live = Promise.withResolvers<void>();

  constructor(script: string, args: readonly string[]) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", script, ...args],
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Ctrl+C is for the demo, which then ends its parts one after the other.
      detached: true,
    }).spawn();
    void this.#copy(this.process.stdout, print);
    void this.#copy(this.process.stderr, complain);
    const late = setTimeout(() => this.#ready.reject(new Error("it says nothing")), START_MS);
    this.#ready.promise.catch(() => {}).finally(() => clearTimeout(late));
    this.process.status.then(() => this.#ready.reject(new Error("it ended")));
  }

  /** What the first line on stdout matches. */
  async says(pattern: RegExp): Promise<string> {
    return pattern.exec(await this.#ready.promise)![1];
  }

  /** Waits until it has pictures, but not forever. */
  async isLive(): Promise<void> {
    await Promise.race([this.#live.promise, this.process.status, delay(LIVE_MS)]);
  }

  async #copy(stream: ReadableStream<Uint8Array>, write: (line: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) write(line);
      if (lines.some((line) => line.includes("camera live"))) this.#live.resolve();
      if (write === print && lines.length > 0) this.#ready.resolve(lines[0]);
    }
    if (rest !== "") write(rest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGTERM");
    } catch {
      // It has already ended.
    }
    await this.process.status;
  }
}

/** Runs until the user or one of the two programs ends it; returns the exit status. */
async function demo({ isLan, server: serverArgs, client: clientArgs }: Plan): Promise<number> {
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => interrupt());
  await installProgram();
  const device = serverArgs.includes("--device") ? [] : ["--device", await chooseDevice()];
  print("demo: starting server.ts, which reads the camera and sends its frames over a socket");
  await using server = new Part("server.ts", [
    ...["--host", "127.0.0.1", "--port", "0", ...device, ...serverArgs],
  ]);
  const port = await server.says(/:(\d+) \(/);
  print("demo: starting client.ts, which receives the frames and shows them to the browser");
  await using client = new Part("client.ts", [
    ...["--port", port, ...httpPort(clientArgs, isLan), ...isLan ? ["--http-host", "0.0.0.0"] : []],
    ...clientArgs,
  ]);
  const url = new URL(await client.says(/(http:[^ ]+)/));
  const others = isLan
    ? networkHosts().map((hostname) => urlOf({ hostname, port: Number(url.port) }))
    : [];
  await client.isLive();
  const addresses = [url.origin, ...others].map((address) => `    ${address}`).join("\n");
  print(`\n  Open in a browser, and end it with Ctrl+C:\n\n${addresses}\n`);
  const ends = [server, client].map(({ process }) => process.status);
  const ended = await Promise.race([interrupted, ...ends]);
  return ended?.code ?? 0;
}

async function chooseDevice(): Promise<string> {
  const hasWebcam = (await listWebcams().catch(() => [])).length > 0;
  print(
    hasWebcam
      ? "demo: there is a webcam here; showing it"
      : "demo: there is no webcam here; showing ffmpeg's test picture",
  );
  return hasWebcam ? "auto" : "test";
}

/** Another port for viewers, if the usual one is taken. */
function httpPort(clientArgs: readonly string[], isLan: boolean): string[] {
  const isChosen = clientArgs.some((arg) => /^--http-port/.test(arg)) ||
    Deno.env.has("SOCKETCAM_CLIENT_HTTP_PORT");
  if (isChosen) return [];
  try {
    using _ = Deno.listen({ hostname: isLan ? "0.0.0.0" : "127.0.0.1", port: DEFAULT_HTTP_PORT });
    return [];
  } catch {
    print(`demo: another program uses port ${DEFAULT_HTTP_PORT}; choosing another one`);
    return ["--http-port", "0"];
  }
}

if (import.meta.main) {
  if (Deno.args.some((arg) => /^(-h|--help)$/.test(arg))) {
    print(HELP);
    Deno.exit(0);
  }
  try {
    Deno.exit(await demo(planOf(Deno.args)));
  } catch (error) {
    // A program that ended has reported the reason.
    const { message } = error as Error;
    if (message !== "it ended") complain(`demo: ${message}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
