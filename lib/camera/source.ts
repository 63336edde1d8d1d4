/**
 * From what `--device` says to the arguments that make ffmpeg read it.
 *
 * @module
 */

import type { CameraInfo } from "../frame/frame.ts";
import { driver, findWebcam, type FoundWebcam } from "./find_webcam.ts";
import { parseInput } from "./input.ts";
import { chooseMode, type Wanted } from "./mode.ts";
import { isMjpegUrl } from "./mjpeg_url.ts";
import { MJPEG } from "./webcam.ts";

/** What is wanted of a camera, and which. */
export interface SourceOptions extends Wanted {
  /** What `--device` says. */
  readonly device: string;
  /** 1 to 100, as libjpeg counts; for pictures that are encoded here. */
  readonly quality: number;
  /** An ffmpeg filter graph that every picture goes through; it is encoded here then. */
  readonly filter?: string;
}

/** Something that ffmpeg can read pictures from. */
export interface Source extends CameraInfo {
  /** How a user knows it: a path or a URL. */
  readonly address: string;
  /** ffmpeg's arguments, up to the output. */
  readonly args: readonly string[];
  /** Whether it may work later when it does not now; a file will not. */
  readonly mayReturn: boolean;
}

/** Options of {@linkcode findSource}. */
export interface FindOptions {
  /** The name under which a webcam was found before. */
  readonly name?: string;
  /** Ends the search. */
  readonly signal?: AbortSignal;
}

/**
 * Finds what `device` names and how to read it.
 *
 * @throws {CameraError} when there is no such thing.
 */
export async function findSource(
  options: SourceOptions,
  { name, signal }: FindOptions = {},
): Promise<Source> {
  const input = await parseInput(options.device);
  switch (input.kind) {
    case "webcam":
      return webcamSource(await findWebcam(input.which, { name, signal }), options);
    case "test":
      return testSource(options);
    case "file":
      return fileSource(input.path, options);
    case "url":
      return urlSource(input.url, await isMjpegUrl(input.url, signal), options);
  }
}

/** A webcam, in the best mode it has. */
export function webcamSource({ webcam, modes }: FoundWebcam, options: SourceOptions): Source {
  const choice = chooseMode(modes, options);
  const { mode, rate = options.fps, why = "it does not tell what it has" } = choice ?? {};
  const output = pass(mode?.format === MJPEG, options);
  const what = mode ? `${mode.format} ${mode.width}x${mode.height} at ${rate}` : "as it comes";
  return {
    name: webcam.name,
    mode: `${webcam.path}, ${what}: ${why}; ${output.words}`,
    address: webcam.path,
    args: [...driver.open(webcam, mode, rate), ...output.args],
    mayReturn: true,
  };
}

function testSource(options: SourceOptions): Source {
  const { width, height, fps } = options;
  const picture = `testsrc2=size=${width}x${height}:rate=${fps}`;
  const output = pass(false, options);
  return {
    name: "test picture",
    mode: `${width}x${height} at ${fps}, ${output.words}`,
    address: picture,
    args: ["-re", "-f", "lavfi", "-i", picture, ...output.args],
    mayReturn: false,
  };
}

function fileSource(path: string, options: SourceOptions): Source {
  const output = pass(false, options);
  return {
    name: path.replace(/^.*[/\\]/, ""),
    mode: `looped at its own pace, ${output.words}`,
    address: path,
    // The protocol is said, or a name with a colon in it would be taken for a URL.
    args: ["-re", "-stream_loop", "-1", "-i", `file:${path}`, ...output.args],
    mayReturn: false,
  };
}

/** A stream; one of JPEGs is read as such, which waits for nothing and can be copied. */
export function urlSource(url: string, isMjpeg: boolean, options: SourceOptions): Source {
  const output = pass(isMjpeg, options);
  const shown = url.replace(/\/\/[^@/]*@/, "//");
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

/** How pictures leave ffmpeg: copied if they are JPEGs and no filter wants their pixels. */
function pass(isJpeg: boolean, { quality, filter }: SourceOptions) {
  if (isJpeg && !filter) return { args: ["-c:v", "copy"], words: "copied" };
  const words = isJpeg ? "decoded for --filter and encoded again" : "encoded";
  // Without a filter nothing is scaled, but for the colours, which the quick way does as well.
  const scaling = filter ? ["-vf", filter] : ["-sws_flags", "fast_bilinear"];
  return { args: [...scaling, ...encode(quality)], words };
}

/**
 * JPEGs made by ffmpeg, none of them held back, left out or made up. With frame threads the encoder
 * keeps one picture a thread; slices would not, but cost a fifth more for a picture that takes one
 * core 3 ms. At a constant rate a camera that slows down in the dark is filled up
 * with pictures that it never took. And in ticks as coarse as a frame, two pictures that come close
 * after each other get the same time, over which the encoder fails.
 */
function encode(quality: number): string[] {
  return [
    ...["-c:v", "mjpeg", "-q:v", quantizer(quality).toFixed(2), "-qmin", "1"],
    ...["-pix_fmt", "yuvj420p", "-threads", "1"],
    ...["-fps_mode", "vfr", "-enc_time_base", "1:1000000"],
  ];
}

/** libjpeg's quality as the quantizer of ffmpeg, whose tables are those of quality 50 at 8. */
function quantizer(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, 8 * scale));
}
