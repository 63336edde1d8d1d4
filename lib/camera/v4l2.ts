import { explainExit } from "./explain_exit.ts";
import { runFfmpeg } from "./ffmpeg.ts";
import { v4l2Controls } from "./v4l2_controls.ts";
import { followLink, listV4l2, runV4l2Ctl } from "./v4l2_list.ts";
import { type Mode, parseSize, usable, type Webcam, type WebcamDriver } from "./webcam.ts";

/**
 * The names of a Raspberry Pi's devices that are not webcams: codecs, image processors, and the
 * receiver of the raw data of the sensor on its ribbon cable.
 */
const PI = /^(bcm2835-(codec|isp)|rpivid|rpi-hevc-dec|pispbe|unicam|rp1-cfe)/;

/** Whether this is a Raspberry Pi's device that is not a webcam. */
export function isPiPart({ name }: Pick<Webcam, "name">): boolean {
  return PI.test(name);
}

/** The webcams of Linux: Video4Linux, second version. */
export const v4l2: WebcamDriver = {
  list: listV4l2,
  follow: followLink,
  controls: v4l2Controls,
  async modes(webcam, signal) {
    // They list sizes up to 16384x16384, but give no pictures by themselves.
    if (isPiPart(webcam)) return [];
    const { path } = webcam;
    const ctl = await runV4l2Ctl(["--info", "--list-formats-ext", "-d", path], signal);
    if (ctl?.code === 0) return parseV4l2Ctl(ctl.stdout);
    // v4l2-ctl is not installed, or could not open the device, perhaps without a reason. ffmpeg
    // gives the reason, and lists everything but the rates.
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
 * Parses the output of `v4l2-ctl --info --list-formats-ext`. A device whose inputs other programs
 * connect ("I/O MC") gives nothing by itself, and ffmpeg cannot read separate planes:
 *
 *     ioctl: VIDIOC_ENUM_FMT
 *     	Type: Video Capture
 *
 *     [0]: 'YUYV' (YUYV 4:2:2)
 *         Size: Discrete 640x480
 *             Interval: Discrete 0.033s (30.000 fps)
 */
export function parseV4l2Ctl(text: string): Mode[] {
  const modes: (Mode & { rates: number[]; anyRate?: true })[] = [];
  let format: string | undefined;
  if (/^\s*I\/O MC$/m.test(text)) return [];
  const [, type = "Video Capture"] = /^\s*Type: (.+)$/m.exec(text) ?? [];
  if (type !== "Video Capture") return [];
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
