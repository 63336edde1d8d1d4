/**
 * One frame, now.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";

/** How long a snapshot waits for a frame, in milliseconds. */
export const SNAPSHOT_MS = 3000;

/** The next frame, or undefined when none comes in time: what was shown before may be long past. */
export async function snapshot(frames: Hub<Frame>): Promise<Frame | undefined> {
  using mailbox = frames.subscribe();
  try {
    const { value } = await deadline(mailbox.next(), SNAPSHOT_MS);
    return value;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return undefined;
    throw error;
  }
}
