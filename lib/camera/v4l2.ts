import { Child } from "./child.ts";
import { explainExit } from "./explain_exit.ts";
import { runFfmpeg } from "./ffmpeg.ts";
import { type Mode, parseSize, usable, type Webcam, type WebcamDriver } from "./webcam.ts";

/** Where the kernel lists video devices. */
const CLASS = "/sys/class/video4linux";

/** The webcams of Linux: Video4Linux, second version. */
export const v4l2: WebcamDriver = {
  async list(signal) {
    try {
      return await listKernel();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      // Deno lets only a program with all permissions read /sys. ffmpeg lists the same devices,
      // except those that it may not open.
      return parseSources((await runFfmpeg(["-sources", "v4l2"], signal)).stdout);
    }
  },
  async modes({ path }, signal) {
    try {
      await using ctl = new Child("v4l2-ctl", ["--list-formats-ext", "-d", path], signal);
      const { code, stdout } = await ctl.output();
      if (code === 0) return parseV4l2Ctl(stdout);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    // v4l2-ctl is not installed, or could not open the device, and may not say why. ffmpeg says why,
    // and lists everything but the rates.
    const exit = await runFfmpeg(["-f", "v4l2", "-list_formats", "all", "-i", path], signal);
    const error = explainExit(path, exit, true);
    if (error.code === "denied") throw error;
    return parseListFormats(exit.stderr);
  },
  open({ path }, mode, rate) {
    return [
      ...["-fflags", "nobuffer", "-f", "v4l2"],
      ...mode ? ["-input_format", mode.format, "-video_size", `${mode.width}x${mode.height}`] : [],
      ...["-framerate", String(rate), "-i", path],
    ];
  },
};

async function listKernel(): Promise<Webcam[]> {
  return await Promise.all((await deviceNumbers()).map(async (number) => {
    const path = `/dev/video${number}`;
    const name = await Deno.readTextFile(`${CLASS}/video${number}/name`);
    return { path, name: name.trim() || path };
  }));
}

/** Device numbers in order; a machine that never had a camera does not have the folder. */
async function deviceNumbers(): Promise<number[]> {
  const numbers: number[] = [];
  try {
    for await (const { name } of Deno.readDir(CLASS)) {
      const number = /^video(\d+)$/.exec(name)?.[1];
      if (number) numbers.push(Number(number));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return numbers.sort((a, b) => a - b);
}

/**
 * Parses the output of `-sources v4l2`, and sorts it by device number:
 *
 *     Auto-detected sources for video4linux2,v4l2:
 *       /dev/video0 [HD Webcam] (none)
 */
export function parseSources(text: string): Webcam[] {
  const numberOf = ({ path }: Webcam) => Number(/\d+$/.exec(path)![0]);
  return [...text.matchAll(/^[* ] (\/dev\/video\d+) \[(.+)\]/gm)]
    .map(([, path, name]) => ({ path, name }))
    .sort((one, other) => numberOf(one) - numberOf(other));
}

/** ffmpeg's names of the kernel's formats that it can read (libavdevice/v4l2-common.c). */
const FORMATS: Readonly<Record<string, string>> = {
  MJPG: "mjpeg",
  JPEG: "mjpeg",
  YUYV: "yuyv422",
  UYVY: "uyvy422",
  YU12: "yuv420p",
  NV12: "nv12",
  "422P": "yuv422p",
  RGB3: "rgb24",
  BGR3: "bgr24",
  GREY: "gray",
};

/**
 * Parses the output of `v4l2-ctl --list-formats-ext`:
 *
 *     [0]: 'YUYV' (YUYV 4:2:2)
 *         Size: Discrete 640x480
 *             Interval: Discrete 0.033s (30.000 fps)
 */
export function parseV4l2Ctl(text: string): Mode[] {
  const modes: (Mode & { rates: number[]; anyRate?: true })[] = [];
  let format: string | undefined;
  for (const line of text.split("\n")) {
    const fourcc = /^\s*\[\d+\]: '(.{4})'/.exec(line)?.[1];
    if (fourcc) format = FORMATS[fourcc];
    if (!format) continue;
    const [, kind, size] = /Size: (\w+) (?:\d+x\d+ - )?(\d+x\d+)/.exec(line) ?? [];
    if (size) {
      const any = kind !== "Discrete" && { anySize: true as const };
      modes.push({ format, ...parseSize(size), ...any, rates: [] });
    }
    const [, interval, rate] = /Interval: (\w+) .*?([\d.]+) fps\)/.exec(line) ?? [];
    const mode = modes.at(-1);
    if (!rate || !mode) continue;
    // The last number is the upper end of a range of rates.
    mode.rates.push(Number(rate));
    if (interval !== "Discrete") mode.anyRate = true;
  }
  return usable(modes);
}

/**
 * Parses the output of `-list_formats all`:
 *
 *     [video4linux2,v4l2 @ 0x5] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720
 */
export function parseListFormats(text: string): Mode[] {
  const known = Object.values(FORMATS);
  const modes: Mode[] = [];
  for (const match of text.matchAll(/\] (?:Raw|Compressed) *: *(\S+) :[^:\n]*: *(.*)$/gm)) {
    const [, format, sizes] = match;
    if (!known.includes(format)) continue;
    for (const [size] of sizes.matchAll(/(?<=^| )\d+x\d+/g)) {
      modes.push({ format, ...parseSize(size), rates: [] });
    }
    // A range of sizes: {32-2592, 2}x{32-1944, 2}
    const [, width, height] = /\{\d+-(\d+)[^}]*\}x\{\d+-(\d+)[^}]*\}/.exec(sizes) ?? [];
    if (width) {
      modes.push({ format, ...parseSize(`${width}x${height}`), rates: [], anySize: true });
    }
  }
  return usable(modes);
}
