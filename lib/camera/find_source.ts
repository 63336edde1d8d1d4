import { redactUrl } from "../access/redact.ts";
import type { CameraInfo } from "../flow/feed.ts";
import { type CameraConstraints, chooseMode } from "./choose_mode.ts";
import { driver, findWebcam, type FoundWebcam, referenceOf } from "./find_webcam.ts";
import { MJPEG } from "./webcam.ts";

/** How long the server of a stream may take to answer, in milliseconds. */
const ANSWER_MS = 3000;

/** Which camera, and how its frames should be. */
export interface SourceOptions extends CameraConstraints {
  /** A webcam as {@linkcode findWebcam} takes it, `test`, a file's path or a URL. */
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
 * @param name the name under which a webcam was found before.
 * @throws {CameraError} `no-webcam`, when there is no such device.
 */
export async function findSource(
  options: SourceOptions,
  name?: string,
  signal?: AbortSignal,
): Promise<Source> {
  const { device } = options;
  if (device === "test") return testSource(options);
  if (/^(rtsps?|https?):\/\//.test(device)) {
    return urlSource(device, await isMjpegUrl(device, signal), options);
  }
  if (referenceOf(device) === "name" && await isFile(device)) return fileSource(device, options);
  return webcamSource(await findWebcam(device, name, signal), options);
}

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

/** Asks for the content type; false if the server does not answer, since ffmpeg will say why. */
async function isMjpegUrl(url: string, signal?: AbortSignal): Promise<boolean> {
  if (!url.startsWith("http")) return false;
  const timeout = AbortSignal.timeout(ANSWER_MS);
  try {
    const { username, password, origin, pathname, search } = new URL(url);
    // fetch() refuses a URL with credentials.
    const credentials = [username, password].map(decodeURIComponent).join(":");
    const response = await fetch(`${origin}${pathname}${search}`, {
      headers: username ? { authorization: `Basic ${btoa(credentials)}` } : {},
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    await response.body?.cancel();
    return response.headers.get("content-type")?.startsWith("multipart/x-mixed-replace") ?? false;
  } catch {
    return false;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return false;
    throw error;
  }
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
