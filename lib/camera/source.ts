/**
 * From what `--device` says to the arguments that make ffmpeg read it.
 *
 * @module
 */

import type { CameraInfo } from "../frame/frame.ts";
import { CameraError } from "./camera_error.ts";
import { type Input, parseInput, type WebcamChoice } from "./input.ts";
import { chooseMode, type Mode, type Wanted } from "./mode.ts";
import { type Format, listDevices, listFormats, type Webcam } from "./v4l2.ts";

/** What is wanted of a camera, and which. */
export interface SourceOptions extends Wanted {
  /** What `--device` says. */
  readonly device: string;
  /** 1 to 100, as libjpeg counts; for pictures that are encoded here. */
  readonly quality: number;
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

/**
 * Finds what `device` names and how to read it.
 *
 * @throws {CameraError} when there is no such thing.
 */
export async function findSource(options: SourceOptions, signal?: AbortSignal): Promise<Source> {
  const input = await parseInput(options.device);
  if (input.kind !== "webcam") return describe(input, options);
  const { webcam, formats } = await findWebcam(input.which, signal);
  const mode = chooseMode(formats, options);
  if (!mode) {
    throw new CameraError(
      `"${webcam.path}" gives no pictures: it is no camera, or another program uses it`,
      { permanent: true },
    );
  }
  return describeWebcam(webcam, mode, options);
}

function describe(input: Exclude<Input, { kind: "webcam" }>, options: SourceOptions): Source {
  const { width, height, fps } = options;
  const encoded = encode(options);
  switch (input.kind) {
    case "test": {
      const picture = `testsrc2=size=${width}x${height}:rate=${fps}`;
      return {
        name: "test picture",
        mode: `${width}x${height} at ${fps}, encoded`,
        address: picture,
        args: ["-re", "-f", "lavfi", "-i", picture, ...encoded],
        mayReturn: false,
      };
    }
    case "file":
      return {
        name: input.path.replace(/^.*[/\\]/, ""),
        mode: "looped at its own pace, encoded",
        address: input.path,
        // The protocol is said, or a name with a colon in it would be taken for a URL.
        args: ["-re", "-stream_loop", "-1", "-i", `file:${input.path}`, ...encoded],
        mayReturn: false,
      };
    case "url":
      return {
        name: withoutPassword(input.url),
        mode: "as it comes, encoded",
        address: withoutPassword(input.url),
        args: [
          ...(input.url.startsWith("rtsp") ? ["-rtsp_transport", "tcp"] : []),
          ...["-fflags", "nobuffer", "-i", input.url],
          ...encoded,
        ],
        mayReturn: true,
      };
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

function describeWebcam({ path, name }: Webcam, mode: Mode, options: SourceOptions): Source {
  const { format, copied, width, height } = mode;
  return {
    name,
    mode: `${path}, ${format} ${width}x${height} at ${options.fps}, ${
      copied ? "copied" : "encoded"
    }`,
    address: path,
    args: [
      ...["-fflags", "nobuffer", "-f", "v4l2", "-input_format", format],
      ...["-video_size", `${width}x${height}`, "-framerate", `${options.fps}`, "-i", path],
      ...copied ? ["-c:v", "copy"] : encode(options),
    ],
    mayReturn: true,
  };
}

/**
 * JPEGs made by ffmpeg, none of them held back, left out or made up. With frame threads the encoder
 * keeps one picture a thread. At a constant rate a camera that slows down in the dark is filled up
 * with pictures that it never took. And in ticks as coarse as a frame, two pictures that come close
 * after each other get the same time, over which the encoder fails.
 */
function encode({ quality }: SourceOptions): string[] {
  return [
    ...["-c:v", "mjpeg", "-q:v", quantizer(quality).toFixed(2), "-qmin", "1"],
    ...["-pix_fmt", "yuvj420p", "-thread_type", "slice"],
    ...["-fps_mode", "vfr", "-enc_time_base", "1:1000000"],
  ];
}

/** libjpeg's quality as the quantizer of ffmpeg, whose tables are those of quality 50 at 8. */
function quantizer(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, 8 * scale));
}

async function findWebcam(
  choice: WebcamChoice,
  signal?: AbortSignal,
): Promise<{ webcam: Webcam; formats: Format[] }> {
  const devices = await listDevices();
  const matching = devices.filter((device) => {
    switch (choice.by) {
      case "auto":
        return true;
      case "index":
        return device.path === `/dev/video${choice.index}`;
      case "path":
        return device.path === choice.path;
      case "name":
        return device.name.toLowerCase().includes(choice.part.toLowerCase());
    }
  });
  for (const webcam of matching) {
    const formats = await listFormats(webcam.path, signal);
    // A single device is taken as it is: the reason why it gives nothing is said when it is read.
    if (formats.length > 0) return { webcam, formats };
  }
  throw new CameraError(missing(choice, devices), { permanent: true });
}

function missing(choice: WebcamChoice, devices: readonly Webcam[]): string {
  const there = devices.length === 0
    ? "this machine has none; plug one in, or use --device test for a test picture"
    : `there is ${devices.map(({ path, name }) => `"${name}" (${path})`).join(", ")}`;
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
