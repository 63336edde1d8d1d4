/**
 * One run of ffmpeg: its pictures, and why there are no more.
 *
 * @module
 */

import { CameraError } from "./camera_error.ts";
import { explain, startFfmpeg } from "./ffmpeg.ts";
import { MpjpegReader } from "./mpjpeg.ts";
import type { Source } from "./source.ts";

/** How much is read from ffmpeg at once, in bytes; a pipe holds as much. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The pictures of a source, as they come. It never just ends, for a camera has no last picture.
 *
 * @throws {CameraError} when ffmpeg ends; the message says why.
 */
export async function* capture(source: Source, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await using ffmpeg = startFfmpeg(
    ["-v", "error", ...source.args, "-an", "-f", "mpjpeg", "-flush_packets", "1", "pipe:1"],
    signal,
  );
  const reader = new MpjpegReader();
  for await (const chunk of chunks(ffmpeg.stdout)) yield* reader.push(chunk);
  const outcome = await ffmpeg.outcome;
  signal.throwIfAborted();
  throw new CameraError(explain(source.address, outcome), { permanent: !source.mayReturn });
}

/** What a stream gives, each chunk in the same memory as the one before. */
async function* chunks(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(CHUNK_BYTES);
  while (true) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    yield value;
    buffer = value.buffer;
  }
}
