/**
 * A camera that needs 25 Mbit/s: 1280x720, 30 frames a second.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { nextSequence } from "../../lib/frame/sequence.ts";
import { type FakeCamera, ownedFrameOf } from "./frames.ts";
import { jpegsOf } from "./pictures.ts";

/** Frames a second. */
export const FPS = 30;

/** Busy pictures of 1280x720, about 104,000 bytes each. */
export function busyPictures(count: number = 10): Promise<Uint8Array[]> {
  return jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"], [
    ...["-frames:v", String(count), "-vf", "noise=alls=9:allf=t", "-q:v", "5"],
  ]);
}

/** Publishes a frame every 1/30 s until `signal` is aborted. */
export async function runFeed(
  camera: FakeCamera,
  pictures: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  let sequence = 0;
  for (let i = 1; !signal.aborted; i++) {
    // Not with an interval, whose small delays add up.
    const due = startedAt + i * 1000 / FPS;
    await delay(Math.max(0, due - performance.now()), { signal }).catch(() => {});
    sequence = nextSequence(sequence);
    camera.frames.publish(ownedFrameOf(pictures[i % pictures.length], sequence));
  }
}
