/** From the option `device` to the arguments with which ffmpeg reads it. */

import { redactUrl } from "../access/redact.ts";
import type { CameraInfo } from "../flow/feed.ts";
import { type CameraConstraints, chooseMode } from "./choose_mode.ts";
import { driver, findWebcam, type FindWebcamOptions, type FoundWebcam } from "./find_webcam.ts";
import { isMjpegUrl } from "./is_mjpeg_url.ts";
import { parseInput } from "./parse_input.ts";
import { MJPEG } from "./webcam.ts";

/** Which camera, and how its frames should be. */
export interface SourceOptions extends CameraConstraints {
  /** Which camera. */
  readonly device: string;
  /** 1 to 100, as in libjpeg; for frames that are encoded here. */
  readonly quality: number;
  /** An ffmpeg filter graph for every frame, which is then encoded here. */
  readonly filter?: string;
}

/** Something that ffmpeg can read frames from. */
export interface Source extends CameraInfo {
  /** Its path or URL, without secrets. */
  readonly address: string;
  /** ffmpeg's arguments up to the output. */
  readonly args: readonly string[];
  /** Whether it may come back after it failed: a webcam may, a file will not. */
  readonly mayReturn: boolean;
}

/**
 * Finds the device, and how to read it.
 *
 * @throws {CameraError} `no-webcam`, when there is no such device.
 */
export async function findSource(
  options: SourceOptions,
  { name, signal }: FindWebcamOptions = {},
): Promise<Source> {
  const input = await parseInput(options.device);
  switch (input.kind) {
    case "webcam":
      return webcamSource(await findWebcam(input.choice, { name, signal }), options);
    case "test":
      return testSource(options);
    case "file":
      return fileSource(input.path, options);
    case "url":
      return urlSource(input.url, await isMjpegUrl(input.url, signal), options);
  }
}

/** A webcam in its best mode. */
function webcamSource({ webcam, modes }: FoundWebcam, options: SourceOptions): Source {
  const choice = chooseMode(modes, options);
  const { mode, rate = options.fps, why = "it does not list its modes" } = choice ?? {};
  const output = outputOf(mode?.format === MJPEG, options);
  const input = mode ? `${mode.format} ${mode.width}x${mode.height} at ${rate}` : "as it comes";
  return {
    name: webcam.name,
    mode: `${webcam.path}, ${input}: ${why}; ${output.words}`,
    address: webcam.path,
    args: [...driver.open(webcam, mode, rate), ...output.args],
    mayReturn: true,
  };
}

function testSource(options: SourceOptions): Source {
  const { width, height, fps } = options;
  const picture = `testsrc2=size=${width}x${height}:rate=${fps}`;
  const output = outputOf(false, options);
  return {
    name: "test picture",
    mode: `${width}x${height} at ${fps}, ${output.words}`,
    address: picture,
    args: ["-re", "-f", "lavfi", "-i", picture, ...output.args],
    mayReturn: false,
  };
}

function fileSource(path: string, options: SourceOptions): Source {
  const output = outputOf(false, options);
  return {
    name: path.replace(/^.*[/\\]/, ""),
    mode: `looped at its own rate, ${output.words}`,
    address: path,
    // Without "file:", a name with a colon in it would be a URL.
    args: ["-re", "-stream_loop", "-1", "-i", `file:${path}`, ...output.args],
    mayReturn: false,
  };
}

/** A stream. As `mpjpeg`, one of JPEGs can be copied, and none of them waits for the next one. */
export function urlSource(url: string, isMjpeg: boolean, options: SourceOptions): Source {
  const output = outputOf(isMjpeg, options);
  const shown = redactUrl(url);
  return {
    name: shown,
    mode: `${isMjpeg ? MJPEG : "as it comes"}, ${output.words}`,
    address: shown,
    args: [
      ...["-fflags", "nobuffer"],
      ...isMjpeg ? ["-f", "mpjpeg"] : [],
      ...url.startsWith("rtsp") ? ["-rtsp_flags", "prefer_tcp"] : [],
      ...["-i", url],
      ...output.args,
    ],
    mayReturn: true,
  };
}

/** How frames leave ffmpeg: JPEGs are copied, unless a filter needs their pixels. */
function outputOf(isJpeg: boolean, { quality, filter }: SourceOptions) {
  if (isJpeg && !filter) return { args: ["-c:v", "copy"], words: "copied" };
  const words = isJpeg ? "decoded, filtered and encoded again" : "encoded";
  // Without a filter, only the colours are converted, for which the fast scaler is good enough.
  const scaling = filter ? ["-vf", filter] : ["-sws_flags", "fast_bilinear"];
  return { args: [...scaling, ...encode(quality)], words };
}

/**
 * Encodes every frame as a JPEG, at once. One thread, because frame threads hold back one frame
 * each, and slices take a fifth more CPU. A variable rate, because a constant one fills up a camera
 * that slows down in the dark with copies. A fine time base, because the encoder fails when two
 * frames fall into one tick.
 */
function encode(quality: number): string[] {
  return [
    ...["-c:v", "mjpeg", "-q:v", quantizer(quality).toFixed(2), "-qmin", "1"],
    ...["-pix_fmt", "yuvj420p", "-threads", "1"],
    ...["-fps_mode", "vfr", "-enc_time_base", "1:1000000"],
  ];
}

/** The quantizer for libjpeg's quality: ffmpeg's tables at 8 are those of quality 50. */
function quantizer(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, 8 * scale));
}
