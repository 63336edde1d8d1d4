/**
 * The camera on the ribbon cable of a Raspberry Pi, which `rpicam-vid` reads; older systems call it
 * `libcamera-vid`.
 *
 * Source: the options and messages of rpicam-apps 1.x (core/options.cpp, core/video_options.hpp).
 */

import { CameraError } from "./camera_error.ts";
import { Child, type Exit } from "./child.ts";
import { programSource } from "./program_source.ts";
import { WEBCAM_SETTLE } from "./settle.ts";
import type { Source, SourceOptions } from "./source.ts";

/** The program's names, the newer one first. */
const PROGRAMS = ["rpicam-vid", "libcamera-vid"];
const NOT_INSTALLED = "The camera on the ribbon cable of a Raspberry Pi is read by rpicam-vid, " +
  "which is not installed; install it (sudo apt install rpicam-apps), or plug in a webcam";
const NOT_ALLOWED = "The camera on the ribbon cable of a Raspberry Pi is read by rpicam-vid, " +
  "which Deno does not let this program run";
const NO_CAMERA = "No camera found on the ribbon cable of this Raspberry Pi: check that " +
  "the cable is seated at both ends, or plug in a webcam";
const BUSY = "Another program uses the camera on the ribbon cable; close it";

/** The camera, with the wanted size, rate and quality. */
export function rpicamSource(options: SourceOptions, signal: AbortSignal): Source {
  const { width, height, fps } = options;
  return programSource(() => start(options, signal), {
    name: "Raspberry Pi camera",
    mode: `mjpeg ${width}x${height} at ${fps}`,
    intervalMs: 1000 / fps,
    settle: WEBCAM_SETTLE,
    options,
    signal,
    explain,
  });
}

function start({ width, height, fps, quality }: SourceOptions, signal: AbortSignal): Child {
  const args = [
    ...["--timeout", "0", "--nopreview", "--codec", "mjpeg", "--quality", `${quality}`],
    ...["--width", `${width}`, "--height", `${height}`, "--framerate", `${fps}`],
    // Without the first, a frame waits in a buffer for the next one.
    ...["--flush", "--output", "-"],
  ];
  for (const program of PROGRAMS) {
    try {
      return new Child(program, args, signal);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotCapable) {
        throw new CameraError("denied", NOT_ALLOWED, { permanent: true, cause });
      }
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    }
  }
  throw new CameraError("no-program", NOT_INSTALLED, { permanent: true });
}

/** The meaning of its last words. */
function explain({ stderr }: Exit): CameraError | undefined {
  if (/no cameras available/i.test(stderr)) {
    return new CameraError("no-webcam", NO_CAMERA, { permanent: true, cause: stderr });
  }
  if (/in use by another process|failed to acquire camera/i.test(stderr)) {
    return new CameraError("busy", BUSY, { cause: stderr });
  }
}
