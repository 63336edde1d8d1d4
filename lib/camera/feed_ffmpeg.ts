import { Mailbox } from "../flow/mailbox.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";

const encoder = new TextEncoder();
const BOUNDARY = encoder.encode("\r\n--socketcam\r\n");

/**
 * Writes JPEGs to the stdin of an `ffmpeg -f mpjpeg`, and closes it when they end. While ffmpeg is
 * busy, only the newest one waits.
 *
 * @throws the error of `jpegs`, or an error when ffmpeg has ended.
 */
export async function feedFfmpeg(
  stdin: WritableStream<Uint8Array>,
  jpegs: AsyncIterable<FrameMemory>,
): Promise<void> {
  const waiting = new Mailbox<FrameMemory>();
  const filled = fill(waiting, jpegs);
  const writer = stdin.getWriter();
  try {
    await writer.write(BOUNDARY.subarray(2));
    for await (const memory of waiting) {
      const { length } = memory.bytes;
      const header = `Content-Type: image/jpeg\r\nContent-Length: ${length}\r\n\r\n`;
      await writer.write(encoder.encode(header));
      await writer.write(memory.bytes);
      await writer.write(BOUNDARY);
      memory.release();
    }
  } finally {
    await writer.close().catch(() => {});
  }
  await filled;
}

async function fill(waiting: Mailbox<FrameMemory>, jpegs: AsyncIterable<FrameMemory>) {
  try {
    for await (const memory of jpegs) {
      waiting.put(memory);
      memory.release();
    }
    waiting.close();
  } catch (error) {
    waiting.close(error);
  }
}
