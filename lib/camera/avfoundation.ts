import { runFfmpeg } from "./ffmpeg.ts";
import { type Mode, parseSize, usable, type Webcam, type WebcamDriver } from "./webcam.ts";

/** A rate that no camera has: ffmpeg refuses it, and lists the camera's rates. */
const IMPOSSIBLE_RATE = "0.001";
/** The format of a Mac's camera without conversion; AVFoundation does not list formats. */
const FORMAT = "uyvy422";

/** The webcams of macOS: AVFoundation, through ffmpeg. */
export const avfoundation: WebcamDriver = {
  async list(signal) {
    const args = ["-f", "avfoundation", "-list_devices", "true", "-i", ""];
    return parseDevices((await runFfmpeg(args, signal)).stderr);
  },
  async modes({ path }, signal) {
    const args = ["-f", "avfoundation", "-framerate", IMPOSSIBLE_RATE, "-i", `${path}:none`];
    return parseSupportedModes((await runFfmpeg(args, signal)).stderr);
  },
  open({ path }, mode, rate) {
    return [
      ...["-fflags", "nobuffer", "-f", "avfoundation"],
      ...mode ? ["-pixel_format", mode.format, "-video_size", `${mode.width}x${mode.height}`] : [],
      ...["-framerate", String(rate), "-i", `${path}:none`],
    ];
  },
};

/**
 * Parses the cameras in the output of `-list_devices true`:
 *
 *     [AVFoundation indev @ 0x7f] AVFoundation video devices:
 *     [AVFoundation indev @ 0x7f] [0] FaceTime HD Camera
 *     [AVFoundation indev @ 0x7f] [1] Capture screen 0
 *     [AVFoundation indev @ 0x7f] AVFoundation audio devices:
 */
export function parseDevices(text: string): Webcam[] {
  const [, videos = ""] = text.split("video devices:");
  const [cameras] = videos.split("audio devices:");
  return [...cameras.matchAll(/\] \[(\d+)\] (.+)$/gm)]
    // The number stands in for a missing name.
    .map(([, path, name]) => ({ path, name: name.trim() || path }))
    .filter(({ name }) => !name.startsWith("Capture screen"));
}

/**
 * Parses the modes that ffmpeg lists when it refuses a rate:
 *
 *     [avfoundation @ 0x7f]   1280x720@[15.000000 30.000030]fps
 *
 * There is a line for each size, range of rates and format. ffmpeg accepts only the upper end of a
 * range.
 */
export function parseSupportedModes(text: string): Mode[] {
  const lines = text.matchAll(/(\d+x\d+)@\[[\d.]+ ([\d.]+)\]fps/g);
  const sizes = Map.groupBy(lines, ([, size]) => size);
  return usable([...sizes].map(([size, lines]) => ({
    format: FORMAT,
    ...parseSize(size),
    rates: lines.map(([, , rate]) => Number(rate)),
  })));
}
