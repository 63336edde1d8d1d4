/**
 * The webcams of a Linux machine, and what they offer.
 *
 * @module
 */

import { runFfmpeg } from "./ffmpeg.ts";

/** Where Linux lists its video devices. */
const CLASS = "/sys/class/video4linux";

/** A video device. */
export interface Webcam {
  /** `/dev/video0` */
  readonly path: string;
  /** The name the driver gives it. */
  readonly name: string;
}

/** One way in which a camera gives pictures. */
export interface Format {
  /** Whether the camera compresses by itself. */
  readonly compressed: boolean;
  /** What ffmpeg calls it: `mjpeg`, `yuyv422`. */
  readonly name: string;
  /** The sizes it offers, in pixels; empty where it takes a range of sizes. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
}

/** All video devices, in the order of their numbers; not each one need be a camera. */
export async function listDevices(): Promise<Webcam[]> {
  const numbers: number[] = [];
  try {
    for await (const { name } of Deno.readDir(CLASS)) {
      const number = /^video(\d+)$/.exec(name)?.[1];
      if (number) numbers.push(Number(number));
    }
  } catch (error) {
    // A machine that never had a camera does not have the folder either.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  numbers.sort((a, b) => a - b);
  return await Promise.all(numbers.map(async (number) => ({
    path: `/dev/video${number}`,
    name: (await Deno.readTextFile(`${CLASS}/video${number}/name`)).trim(),
  })));
}

/**
 * What a device offers; nothing, if it is no camera (a webcam's second device holds metadata) or
 * cannot be opened.
 */
export async function listFormats(path: string, signal?: AbortSignal): Promise<Format[]> {
  const { stderr } = await runFfmpeg(
    ["-f", "v4l2", "-list_formats", "all", "-i", path],
    signal,
  );
  return parseFormats(stderr);
}

/** Reads what ffmpeg prints for `-list_formats all`. */
export function parseFormats(text: string): Format[] {
  const formats: Format[] = [];
  // [video4linux2,v4l2 @ 0x5] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720
  for (const match of text.matchAll(/\] (Raw|Compressed) *: *(\S+) :[^:\n]*: *(.*)$/gm)) {
    const [, kind, name, sizes] = match;
    if (name === "Unsupported") continue;
    formats.push({
      compressed: kind === "Compressed",
      name,
      sizes: [...sizes.matchAll(/(?<![{\d-])(\d+)x(\d+)/g)].map(([, width, height]) => ({
        width: Number(width),
        height: Number(height),
      })),
    });
  }
  return formats;
}
