/** A single frame. */

import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { within } from "../time/deadline.ts";
import { headers, text } from "./reply.ts";
import { type FeedState, unavailableReason } from "./state.ts";

/** How long a snapshot waits for a frame, in milliseconds. */
export const SNAPSHOT_MS = 3000;

/** Encodes a frame; it is done with the frame once the promise settles. */
export type Encode = (frame: Frame) => BodyInit | Promise<BodyInit>;

/** Answers with the next frame, encoded: the one before may be from long ago. Or 503 and why. */
export async function snapshot(
  { frames, readState }: { readonly frames: Hub<Frame>; readonly readState: () => FeedState },
  type: string,
  encode: Encode,
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
