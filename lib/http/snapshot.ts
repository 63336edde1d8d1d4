import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { within } from "../time/deadline.ts";
import { headers, text } from "./reply.ts";
import { type FeedState, unavailableReason } from "./state.ts";

/** How long a snapshot waits for a frame, in milliseconds. */
export const SNAPSHOT_MS = 3000;

/**
 * Answers with the next frame, since the one before may be from long ago, or with 503 and the reason.
 * `encode` is done with the frame once its promise settles.
 */
export async function snapshot(
  { frames, readState }: { readonly frames: Hub<Frame>; readonly readState: () => FeedState },
  type: string,
  encode: (frame: Frame) => BodyInit | Promise<BodyInit>,
): Promise<Response> {
  try {
    const frame = await nextFrame(frames).catch((error: Error) => {
      throw new Error(unavailableReason(readState()) ?? error.message);
    });
    try {
      return new Response(await encode(frame), { headers: headers(type) });
    } finally {
      // The response has a copy.
      frame.release();
    }
  } catch (error) {
    return text(503, `No picture: ${(error as Error).message}`, { "retry-after": "1" });
  }
}

async function nextFrame(frames: Hub<Frame>): Promise<Frame> {
  using mailbox = frames.subscribe();
  const { value } = await within(mailbox.next(), SNAPSHOT_MS, "no frame came in time");
  if (!value) throw new Error("the frames have ended");
  return value;
}
