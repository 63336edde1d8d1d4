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

const NO_VIDEO = "this is not a video that ffmpeg can read";

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
 * Why ffmpeg gave no more pictures, as a sentence: the line of its last words that names a cause
 * with a known mend, and the mend; or else its very last line.
 */
export function explain(address: string, { code, signal, stderr }: Outcome): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const known = MENDS.map(([cause, mend]) => ({ line: lines.findLast((l) => cause.test(l)), mend }))
    .find(({ line }) => line !== undefined);
  const how = signal ? `ffmpeg was ended by ${signal}` : code === 0 // so it does over a camera that was unplugged
    ? "ffmpeg ended"
    : `ffmpeg exited with code ${code}`;
  return [`Cannot read "${address}": ${how}`, inWords(known?.line ?? lines.at(-1)), known?.mend]
    .filter((part) => part).join(": ");
}

/** A line of ffmpeg's without what stands in front: its parts, its calls, the input's name. */
function inWords(line: string | undefined): string | undefined {
  return line?.replace(/^(\[[^\]]*\] *)+/, "").replace(/^\S+: (?=[A-Z])/, "").trim();
}

const MENDS: readonly (readonly [cause: RegExp, mend: string])[] = [
  [/No such device/, "it was unplugged, plug it in again"],
  [/Device or resource busy/, "another program uses the camera, close it"],
  [/Permission denied/, "add yourself to the group that may read it: sudo adduser $USER video"],
  [/fps_mode/, "this ffmpeg is older than 5.1, install a newer one"],
  [/No such filter|Error initializing filter|Invalid filter|Error parsing/, "mend --filter"],
  [/moov atom not found|does not contain any stream|matches no streams/, NO_VIDEO],
  [/Invalid data found/, NO_VIDEO],
];
