/**
 * ffmpeg as a child: started, read, and ended for certain.
 *
 * @module
 */

import { CameraError } from "./camera_error.ts";

/** How long ffmpeg may take to end when it is asked to, in milliseconds; then it is killed. */
export const TERM_MS = 1000;
/** How much of what ffmpeg says is kept, in characters: its last words. */
const MAX_STDERR = 16 * 1024;

/** Said first, always: no questions, no banner, errors alone. */
const QUIET = ["-nostdin", "-hide_banner", "-nostats"];

/** What became of a run of ffmpeg. */
export interface Outcome {
  /** Exit code. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: Deno.Signal | null;
  /** The end of what it said. */
  readonly stderr: string;
}

/** A running ffmpeg. Disposing of it ends it and waits until it is reaped. */
export interface Ffmpeg extends AsyncDisposable {
  /** What it writes. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Settles when it has ended and is reaped; never rejects. */
  readonly outcome: Promise<Outcome>;
}

/**
 * Starts ffmpeg. When `signal` is aborted it is asked to end, and killed if it does not.
 *
 * @throws {CameraError} when it is not installed.
 */
export function startFfmpeg(args: readonly string[], signal?: AbortSignal): Ffmpeg {
  signal?.throwIfAborted();
  const child = spawn([...QUIET, ...args]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    if (timer !== undefined) return;
    kill(child, "SIGTERM");
    timer = setTimeout(() => kill(child, "SIGKILL"), TERM_MS);
  };
  signal?.addEventListener("abort", end, { once: true });
  const outcome = Promise.all([child.status, lastWords(child.stderr)]).then(
    ([{ code, signal: endedBy }, stderr]) => {
      signal?.removeEventListener("abort", end);
      clearTimeout(timer);
      return { code, signal: endedBy, stderr };
    },
  );
  return {
    stdout: child.stdout,
    outcome,
    async [Symbol.asyncDispose]() {
      end();
      await outcome;
    },
  };
}

/** Runs ffmpeg to its end, for what it says. */
export async function runFfmpeg(args: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  const ffmpeg = startFfmpeg(["-v", "info", ...args], signal);
  await ffmpeg.stdout.cancel();
  return await ffmpeg.outcome;
}

/** Runs another program to its end; undefined, if it is not installed. */
export async function runProgram(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ stdout: string } | undefined> {
  try {
    const { stdout } = await new Deno.Command(program, { args: [...args], signal }).output();
    return { stdout: new TextDecoder().decode(stdout) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function spawn(args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("ffmpeg", {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CameraError(
      "ffmpeg is not installed; install it (Debian: sudo apt install ffmpeg; macOS: brew install ffmpeg)",
      { permanent: true },
    );
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended by itself in the meantime.
    if (!(error instanceof TypeError)) throw error;
  }
}

async function lastWords(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stderr) {
    text = (text + decoder.decode(chunk, { stream: true })).slice(-MAX_STDERR);
  }
  return text;
}

/**
 * Why ffmpeg gave no more pictures, as a sentence: its last words, without the names of its parts
 * and of the input in front, and the mend where it is known.
 */
export function explain(address: string, { code, signal, stderr }: Outcome): string {
  const words = stderr.split("\n")
    .map((line) => line.replace(/^(\[[^\]]*\] *)+/, "").trim())
    .filter((line) => line !== "")
    .at(-1)?.replace(/^.*: (?=[^:]*$)/, "");
  const mend = MENDS.find(([cause]) => cause.test(stderr))?.[1];
  const how = signal ? `ffmpeg was ended by ${signal}` : code === 0 // so it does over a camera that was unplugged
    ? "ffmpeg ended"
    : `ffmpeg exited with code ${code}`;
  return [`Cannot read "${address}": ${how}`, words, mend]
    .filter((part) => part !== undefined).join(": ");
}

const MENDS: readonly (readonly [RegExp, string])[] = [
  [/No such device/, "it was unplugged, plug it in again"],
  [/Device or resource busy/, "another program uses the camera, close it"],
  [/Permission denied/, "add yourself to the group that may read it: sudo adduser $USER video"],
  [/fps_mode/, "this ffmpeg is older than 5.1, install a newer one"],
  [
    /Invalid data found|moov atom not found|does not contain any stream|matches no streams/,
    "this is not a video that ffmpeg can read",
  ],
];
