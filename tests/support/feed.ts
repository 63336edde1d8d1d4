/**
 * A camera that needs 25 Mbit/s: 1280x720, 30 pictures a second.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { nextSequence } from "../../lib/frame/exif.ts";
import { type FakeCamera, frameOf } from "./frames.ts";
import { jpegsOf } from "./pictures.ts";

/** Pictures a second. */
export const FPS = 30;

/** Busy pictures of 1280x720, some 104,000 bytes each. */
export function busyPictures(count: number = 10): Promise<Uint8Array[]> {
  return jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"], [
    ...["-frames:v", String(count), "-vf", "noise=alls=9:allf=t", "-q:v", "5"],
  ]);
}

/** Publishes a picture every 1/30 s until `signal` is aborted. */
export async function runFeed(
  camera: FakeCamera,
  pictures: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  let sequence = 0;
  for (let i = 1; !signal.aborted; i++) {
    // By the clock, not by an interval, whose small delays add up.
    const due = startedAt + i * 1000 / FPS;
    await delay(Math.max(0, due - performance.now()), { signal }).catch(() => {});
    sequence = nextSequence(sequence);
    camera.frames.publish(frameOf(pictures[i % pictures.length], sequence));
  }
}
