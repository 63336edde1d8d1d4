import { delay } from "@std/async/delay";
import type { FrameMemory } from "../frame/frame_memory.ts";
import { CameraError } from "./camera_error.ts";
import { explainExit } from "./explain_exit.ts";
import { feedFfmpeg } from "./feed_ffmpeg.ts";
import { startFfmpeg } from "./ffmpeg.ts";
import { JpegStreamReader } from "./jpeg_stream_reader.ts";
import type { Source } from "./source.ts";

/** The least time between two starts of a file, in milliseconds. */
const REPEAT_MS = 1000;

/** Options of {@linkcode capture}. */
export interface CaptureOptions {
  /** Ends ffmpeg and the connection. */
  readonly signal: AbortSignal;
  /** Called for each JPEG that is larger than a frame may be; it is skipped. */
  readonly onTooLarge: () => void;
}

/**
 * Yields the JPEGs of a source as they come; the taker becomes their holder. Never returns, because
 * a camera has no last frame.
 *
 * @throws {CameraError} when the source ends; the message says why.
 */
export async function* capture(
  source: Source,
  options: CaptureOptions,
): AsyncGenerator<FrameMemory, void> {
  const { onTooLarge } = options;
  if (!source.args) return yield* source.read!(new JpegStreamReader({ onTooLarge }));
  while (true) {
    const startedAt = performance.now();
    let count = 0;
    try {
      for await (const memory of convert(source, options)) {
        count++;
        yield memory;
      }
    } catch (error) {
      const hasEnded = error instanceof CameraError && count > 0;
      if (!hasEnded || !source.isRepeated) throw error;
    }
    await delay(startedAt + REPEAT_MS - performance.now(), { signal: options.signal });
  }
}

/** Yields the JPEGs that ffmpeg makes of a source. @throws {CameraError} when it ends. */
async function* convert(
  source: Source,
  { signal, onTooLarge }: CaptureOptions,
): AsyncGenerator<FrameMemory, never> {
  await using ffmpeg = startFfmpeg(
    ["-v", "error", ...source.args!, "-an", "-f", "mpjpeg", "-flush_packets", "1", "pipe:1"],
    signal,
    source.read ? "piped" : "null",
  );
  const fed = source.read
    ? feedFfmpeg(ffmpeg.stdin, source.read(new JpegStreamReader({ onTooLarge })))
    : Promise.resolve();
  // An error of ffmpeg's input says more than ffmpeg's own end, unless ffmpeg closed the input.
  const failure = fed.then(() => undefined, (error) => error);
  const reader = new JpegStreamReader({ trustLengths: true, onTooLarge });
  for await (const chunk of ffmpeg.chunks()) yield* reader.push(chunk);
  const exit = await ffmpeg.exit;
  signal.throwIfAborted();
  const error = await failure;
  if (error instanceof CameraError) throw error;
  throw explainExit(source.address, exit, !source.mayReturn);
}
