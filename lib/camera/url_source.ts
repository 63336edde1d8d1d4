import { redact } from "../access/redact.ts";
import { CameraError } from "./camera_error.ts";
import { type JpegUrl, openJpegUrl } from "./jpeg_url.ts";
import { outputOf } from "./output.ts";
import type { Source, SourceOptions } from "./source.ts";

/**
 * How long ffmpeg waits for bytes, in milliseconds, which is also the longest that it can outlive
 * us.
 */
export const SILENCE_MS = 15_000;
/**
 * What ffmpeg may open for a URL, and for addresses in what it reads: the network, but no files.
 */
const PROTOCOLS = "http,https,tls,tcp,udp,rtp,rtsp,srtp,crypto,httpproxy,data";

/** Whether `device` is a URL that can be read. */
export function isUrl(device: string): boolean {
  return /^(rtsps?|https?):\/\//i.test(device);
}

/**
 * Opens a URL: JPEGs are read here, everything else by ffmpeg.
 *
 * @param previous what the URL gave when it was last tried.
 * @throws {CameraError} when it cannot be read.
 */
export async function openUrl(
  options: SourceOptions,
  previous: Source | undefined,
  signal: AbortSignal,
): Promise<Source> {
  const address = addressOf(options);
  // Looking takes a connection, and a camera that serves only one viewer may then refuse ffmpeg. So
  // every other try is ffmpeg's alone.
  if (!/^http/i.test(options.device) || previous?.isLookedAt) return ffmpegUrl(options);
  const url = URL.parse(options.device);
  if (!url) {
    const message = `"${address}" is not a valid URL; in a name and a password, ` +
      "write / as %2F, ? as %3F, # as %23 and % as %25";
    throw new CameraError("not-a-video", message, { permanent: true });
  }
  try {
    const jpegs = await openJpegUrl(url, options.fps, signal);
    return jpegs ? jpegUrl(jpegs, options) : { ...ffmpegUrl(options), isLookedAt: true };
  } catch (error) {
    signal.throwIfAborted();
    // Where Deno lacks a permission, or its TLS fails, ffmpeg may still work.
    if (error instanceof Deno.errors.NotCapable || /^https/i.test(options.device)) {
      return ffmpegUrl(options);
    }
    throw failure(address, error as Error);
  }
}

/** JPEGs, which need ffmpeg only for a filter. */
function jpegUrl({ words, read }: JpegUrl, options: SourceOptions): Source {
  const address = addressOf(options);
  const output = outputOf(true, options);
  return {
    name: address,
    mode: `${words}, ${output.words}`,
    address,
    args: output.isCopied ? undefined : ["-f", "mpjpeg", "-i", "pipe:0", ...output.args],
    way: output.way,
    async *read(reader) {
      try {
        yield* read(reader);
      } catch (error) {
        throw failure(address, error as Error);
      }
    },
    mayReturn: true,
  };
}

/** Anything else that is streamed. */
export function ffmpegUrl(options: SourceOptions): Source {
  const { device } = options;
  const address = addressOf(options);
  const output = outputOf(false, options);
  const isRtsp = /^rtsp/i.test(device);
  return {
    name: address,
    mode: `as it comes, ${output.words}`,
    address,
    args: [
      ...["-fflags", "nobuffer", "-protocol_whitelist", PROTOCOLS],
      ...[isRtsp ? "-timeout" : "-rw_timeout", String(SILENCE_MS * 1000)],
      ...isRtsp ? ["-rtsp_flags", "prefer_tcp"] : [],
      ...["-i", device],
      ...output.args,
    ],
    mayReturn: true,
  };
}

/** The URL without its secrets, which may contain blanks. */
function addressOf({ device }: SourceOptions): string {
  return redact(device.replace(/\s/g, "%20"));
}

/** The error, without secrets; a library's message may quote the whole URL. */
function failure(address: string, { message }: Error): CameraError {
  const words = redact(message).replace(/ \(os error \d+\)$/, "");
  return new CameraError("ended", `Cannot read "${address}": ${words}`);
}
