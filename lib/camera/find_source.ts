import { CameraError } from "./camera_error.ts";
import { chooseMode } from "./choose_mode.ts";
import { driver, findWebcam, type FoundWebcam, referenceOf } from "./find_webcam.ts";
import { outputOf } from "./output.ts";
import { commandSource, isCommand } from "./program_source.ts";
import { rpicamSource } from "./rpicam.ts";
import { WEBCAM_SETTLE } from "./settle.ts";
import type { Source, SourceOptions } from "./source.ts";
import { isUrl, openUrl } from "./url_source.ts";
import { MJPEG } from "./webcam.ts";

/** First bytes of picture files, which ffmpeg shows only once unless told to repeat them. */
const STILLS = /^(?:\xff\xd8\xff|\x89PNG|BM|RIFF.{4}WEBP|II\*\0|MM\0\*)/s;

/**
 * Finds the device, and how to read it.
 *
 * @param previous the source that was found the last time.
 * @throws {CameraError} `no-webcam`, when there is no such device.
 */
export async function findSource(
  options: SourceOptions,
  previous?: Source,
  signal: AbortSignal = new AbortController().signal,
): Promise<Source> {
  const { device } = options;
  if (device === "test") return testSource(options);
  if (device === "rpicam") return rpicamSource(options, signal);
  if (isCommand(device)) return commandSource(options, signal);
  if (isUrl(device)) return await openUrl(options, previous, signal);
  const kind = referenceOf(device) === "name" ? await kindOf(device) : "none";
  if (kind === "file") return fileSource(device, await isStill(device), options);
  if (kind === "folder") {
    const message = `"${device}" is a folder; name a video file in it`;
    throw new CameraError("not-a-video", message, { permanent: true });
  }
  try {
    return webcamSource(await findWebcam(device, previous?.webcam, signal), options);
  } catch (error) {
    const isPi = error instanceof CameraError && error.code === "pi-camera";
    if (isPi && device === "auto") return rpicamSource(options, signal);
    throw error;
  }
}

function webcamSource({ webcam, modes }: FoundWebcam, options: SourceOptions): Source {
  const choice = chooseMode(modes, options);
  const { mode, rate = options.fps, why = "it does not list its modes" } = choice ?? {};
  const output = outputOf(mode?.format === MJPEG, options);
  const input = mode ? `${mode.format} ${mode.width}x${mode.height} at ${rate}` : "as it comes";
  return {
    webcam,
    name: webcam.name,
    mode: `${webcam.path}, ${input}: ${why}; ${output.words}`,
    address: webcam.path,
    args: [...driver.open(webcam, mode, rate), ...output.args],
    way: output.way,
    mayReturn: true,
    settle: WEBCAM_SETTLE,
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
    intervalMs: 1000 / fps,
  };
}

function fileSource(path: string, isStill: boolean, options: SourceOptions): Source {
  const output = outputOf(false, options);
  const loop = isStill
    // In the name of a picture, "%d" would be a number.
    ? ["-f", "image2", "-pattern_type", "none", "-loop", "1", "-framerate", String(options.fps)]
    : ["-stream_loop", "-1"];
  return {
    name: path.replace(/^.*[/\\]/, ""),
    mode: `${isStill ? "a still picture" : "looped at its own rate"}, ${output.words}`,
    address: path,
    // Without "file:", a name with a colon in it would be a URL.
    args: ["-re", ...loop, "-i", `file:${path}`, ...output.args],
    mayReturn: false,
    // ffmpeg cannot go back to the start of a raw stream, such as H.264 without a container.
    isRepeated: true,
  };
}

/** Whether a file is a single picture. */
async function isStill(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const start = new Uint8Array(16);
    await file.read(start);
    return STILLS.test(String.fromCharCode(...start));
  } catch {
    // ffmpeg says why it cannot be read.
    return false;
  }
}

async function kindOf(path: string): Promise<"file" | "folder" | "none"> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    return isFile ? "file" : isDirectory ? "folder" : "none";
  } catch (error) {
    // Deno's error names the permission; a name that the system refuses for another reason is not a
    // file.
    if (error instanceof Deno.errors.NotCapable) throw error;
    return "none";
  }
}
