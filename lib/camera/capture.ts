import type { FrameMemory } from "../frame/frame_memory.ts";
import { explainExit } from "./explain_exit.ts";
import { startFfmpeg } from "./ffmpeg.ts";
import type { Source } from "./find_source.ts";
import { MpjpegReader } from "./mpjpeg_reader.ts";

/** How much is read from ffmpeg at once, in bytes; a pipe holds as much. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Yields the JPEGs of a source as they come; the taker is their holder. Never returns, because a
 * camera has no last frame.
 *
 * @throws {CameraError} when ffmpeg ends; the message says why.
 */
export async function* capture(source: Source, signal: AbortSignal): AsyncGenerator<FrameMemory> {
  await using ffmpeg = startFfmpeg(
    ["-v", "error", ...source.args, "-an", "-f", "mpjpeg", "-flush_packets", "1", "pipe:1"],
    signal,
  );
  const reader = new MpjpegReader();
  for await (const chunk of chunks(ffmpeg.stdout)) yield* reader.push(chunk);
  const exit = await ffmpeg.exit;
  signal.throwIfAborted();
  throw explainExit(source.address, exit, !source.mayReturn);
}

/** Reads a stream into one buffer: each chunk takes the place of the one before. */
async function* chunks(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader({ mode: "byob" });
  try {
    let buffer = new ArrayBuffer(CHUNK_BYTES);
    while (true) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done) return;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    await reader.cancel();
  }
}
