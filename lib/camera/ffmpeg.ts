import { CameraError } from "./camera_error.ts";
import { Child, type Exit } from "./child.ts";

/** No questions, no banner, no progress. */
const QUIET = ["-nostdin", "-hide_banner", "-nostats"];
/** Ignores the environment's proxy, because cameras are near. */
const NO_PROXY = { no_proxy: "*" };
const NOT_INSTALLED = "ffmpeg is not installed; " +
  "install it (Debian: sudo apt install ffmpeg; macOS: brew install ffmpeg)";

/**
 * Starts ffmpeg, and ends it when the signal is aborted.
 *
 * @throws {CameraError} `no-ffmpeg`, when it is not installed.
 */
export function startFfmpeg(
  args: readonly string[],
  signal?: AbortSignal,
  stdin?: "null" | "piped",
): Child {
  try {
    return new Child("ffmpeg", [...QUIET, ...args], signal, { stdin, env: NO_PROXY });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new CameraError("no-ffmpeg", NOT_INSTALLED, { permanent: true, cause });
  }
}

/** Runs ffmpeg to its end, and returns what it prints and how it ended. */
export async function runFfmpeg(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<Exit & { readonly stdout: string }> {
  await using ffmpeg = startFfmpeg(["-v", "info", ...args], signal);
  return await ffmpeg.output();
}
