/**
 * Which webcam `--device` means.
 *
 * @module
 */

import { avfoundation } from "./avfoundation.ts";
import { CameraError } from "./camera_error.ts";
import { dshow } from "./dshow.ts";
import type { WebcamChoice } from "./input.ts";
import { v4l2 } from "./v4l2.ts";
import type { Mode, Webcam, WebcamDriver } from "./webcam.ts";

/** How this machine's webcams are found and opened. */
export const driver: WebcamDriver = { darwin: avfoundation, windows: dshow }[
  Deno.build.os as string
] ?? v4l2;

/** A webcam with what it offers. */
export interface FoundWebcam {
  /** The webcam. */
  readonly webcam: Webcam;
  /** What it offers; nothing, where it does not tell. */
  readonly modes: Mode[];
}

/** All webcams with what they offer, without the devices that give no pictures. */
export async function listWebcams(signal?: AbortSignal): Promise<FoundWebcam[]> {
  const found = await Promise.all(
    (await driver.list(signal)).map(async (webcam) => ({
      webcam,
      modes: await driver.modes(webcam, signal),
    })),
  );
  return found.filter(({ modes }) => modes.length > 0);
}

/**
 * Finds a webcam. One that has been found before, and gone, is looked for by its `name` as well:
 * plugged in again, it may have another path.
 *
 * @throws {CameraError} when there is none such; the message names those that there are.
 */
export async function findWebcam(
  choice: WebcamChoice,
  { name, signal }: { name?: string; signal?: AbortSignal } = {},
): Promise<FoundWebcam> {
  const webcams = await driver.list(signal);
  const wanted = await matching(choice, webcams);
  const namesakes = webcams.filter((webcam) => webcam.name === name);
  for (const webcam of [...wanted, ...namesakes]) {
    const modes = await driver.modes(webcam, signal);
    // The second device of many a webcam gives metadata, no pictures.
    if (modes.length > 0) return { webcam, modes };
  }
  // A device that tells nothing may still give pictures, if it was asked for by name.
  if (wanted.length > 0 && choice.by !== "auto") return { webcam: wanted[0], modes: [] };
  throw new CameraError(missing(choice, webcams), { permanent: true });
}

async function matching(choice: WebcamChoice, webcams: Webcam[]): Promise<Webcam[]> {
  switch (choice.by) {
    case "auto":
      return webcams;
    case "index":
      return webcams.filter(({ path }, index) => {
        // Linux counts in the path, and macOS in nothing else; Windows does not count.
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
      // A link that may not be followed here is for ffmpeg to follow.
      const isLink = path === undefined && !/^\/dev\/video\d+$/.test(choice.path);
      return isLink ? [{ path: choice.path, name: choice.path }] : found;
    }
    case "name":
      return webcams.filter(({ name }) => name.toLowerCase().includes(choice.part.toLowerCase()));
  }
}

function missing(choice: WebcamChoice, webcams: readonly Webcam[]): string {
  const there = webcams.length === 0
    ? "this machine has none; plug one in, or use --device test for a test picture"
    : `there is ${webcams.map(({ path, name }) => `"${name}" (${path})`).join(", ")}`;
  switch (choice.by) {
    case "auto":
      return `No webcam found: ${there}`;
    case "index":
      return `No webcam number ${choice.index}: ${there}`;
    case "path":
      return `No webcam at ${choice.path}: ${there}`;
    case "name":
      return `No file "${choice.part}", and no webcam of that name: ${there}`;
  }
}
