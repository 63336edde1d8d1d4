/** The webcams of this machine, and which of them a choice means. */

import { avfoundation } from "./avfoundation.ts";
import { CameraError } from "./camera_error.ts";
import { dshow } from "./dshow.ts";
import type { WebcamChoice } from "./parse_input.ts";
import { v4l2 } from "./v4l2.ts";
import type { Mode, Webcam, WebcamDriver } from "./webcam.ts";

/** How this machine finds and opens webcams. */
export const driver: WebcamDriver = { darwin: avfoundation, windows: dshow }[
  Deno.build.os as string
] ?? v4l2;

/** A webcam with its modes. */
export interface FoundWebcam {
  /** The webcam. */
  readonly webcam: Webcam;
  /** Its modes, in the order of its driver. */
  readonly modes: Mode[];
}

/**
 * Lists all webcams with their modes, without the devices that give no frames. Each can be opened by
 * its path, or by part of its name. On Linux the list comes from the kernel and `v4l2-ctl`, and what
 * these do not say from ffmpeg; on macOS and Windows from ffmpeg.
 *
 * @example
 * ```ts
 * import { listWebcams } from "socketcam";
 *
 * for (const { webcam, modes } of await listWebcams()) {
 *   console.log(webcam.path, webcam.name);
 *   for (const { format, width, height, rates } of modes) {
 *     console.log(`  ${format} ${width}x${height} at ${rates.join(", ")} fps`);
 *   }
 * }
 * ```
 *
 * @param signal ends the search, which then throws the signal's reason.
 * @throws {CameraError} `no-ffmpeg`, when ffmpeg is needed and not installed.
 */
export async function listWebcams(signal?: AbortSignal): Promise<FoundWebcam[]> {
  const found = await Promise.all(
    (await driver.list(signal)).map(async (webcam) => ({
      webcam,
      modes: await driver.modes(webcam, signal),
    })),
  );
  return found.filter(({ modes }) => modes.length > 0);
}

/** Options of {@linkcode findWebcam}. */
export interface FindWebcamOptions {
  /** The name under which the webcam was found before. */
  readonly name?: string;
  /** Ends the search. */
  readonly signal?: AbortSignal;
}

/**
 * Finds a webcam. After it was unplugged and plugged in again, it may have another path, so its
 * earlier `name` counts, too.
 *
 * @throws {CameraError} `no-webcam`, when there is no such webcam; the message lists those there are.
 */
export async function findWebcam(
  choice: WebcamChoice,
  { name, signal }: FindWebcamOptions = {},
): Promise<FoundWebcam> {
  const webcams = await driver.list(signal);
  const chosen = await matching(choice, webcams);
  const namesakes = webcams.filter((webcam) => webcam.name === name);
  for (const webcam of [...chosen, ...namesakes]) {
    const modes = await driver.modes(webcam, signal);
    // Many a webcam has a second device, which gives metadata instead of frames.
    if (modes.length > 0) return { webcam, modes };
  }
  // A device that lists no modes may still give frames, but only who asks for it gets it.
  if (chosen.length > 0 && choice.by !== "auto") return { webcam: chosen[0], modes: [] };
  throw new CameraError("no-webcam", missing(choice, webcams), { permanent: true });
}

async function matching(choice: WebcamChoice, webcams: Webcam[]): Promise<Webcam[]> {
  switch (choice.by) {
    case "auto":
      return webcams;
    case "index":
      return webcams.filter(({ path }, index) => {
        // Linux has the number in the path, macOS has nothing else, Windows has none.
        const number = /^(?:\/dev\/video)?(\d+)$/.exec(path)?.[1] ?? index;
        return Number(number) === choice.index;
      });
    case "path": {
      // A link, as in /dev/v4l/by-id, keeps its name when the number changes.
      const path = await Deno.realPath(choice.path).catch((error) => {
        if (error instanceof Deno.errors.NotCapable) return undefined;
        return choice.path;
      });
      const found = webcams.filter((webcam) => webcam.path === (path ?? choice.path));
      // Without the permission to follow a link, leave that to ffmpeg.
      const isLink = path === undefined && !/^\/dev\/video\d+$/.test(choice.path);
      return isLink ? [{ path: choice.path, name: choice.path }] : found;
    }
    case "name":
      return webcams.filter(({ name }) => name.toLowerCase().includes(choice.part.toLowerCase()));
  }
}

function missing(choice: WebcamChoice, webcams: readonly Webcam[]): string {
  const available = webcams.length === 0
    ? "this machine has none; plug one in"
    : `this machine has ${webcams.map(({ path, name }) => `"${name}" (${path})`).join(", ")}`;
  switch (choice.by) {
    case "auto":
      return `No webcam found: ${available}`;
    case "index":
      return `No webcam number ${choice.index}: ${available}`;
    case "path":
      return `No webcam at ${choice.path}: ${available}`;
    case "name":
      return `No file "${choice.part}", and no webcam of that name: ${available}`;
  }
}
