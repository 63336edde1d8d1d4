/**
 * Frames without a camera, for tests of what comes after it.
 *
 * @module
 */

import type { CameraInfo, CameraStatus, Feed } from "../../lib/flow/feed.ts";
import { Hub } from "../../lib/flow/hub.ts";
import { completeFrame } from "../../lib/frame/complete_frame.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { now } from "../../lib/time/clock.js";

/** A frame as the camera would publish it. The test holds it too, so it is never released. */
export function frameOf(jpeg: Uint8Array, sequence: number = 1, capturedAt: number = now()): Frame {
  const frame = ownedFrameOf(jpeg, sequence, capturedAt);
  frame.retain();
  return frame;
}

/** A frame with one holder, whose memory is freed like that of the camera's frames. */
export function ownedFrameOf(
  jpeg: Uint8Array,
  sequence: number = 1,
  capturedAt: number = now(),
): Frame {
  return completeFrame(FrameMemory.copyOf(jpeg), { sequence, capturedAt });
}

/** A fake of an open camera: it gives what the test publishes. */
export class FakeCamera implements Feed {
  readonly frames: Hub<Frame>;
  readonly status: Hub<CameraStatus> = new Hub();
  readonly info: CameraInfo = { name: "fake", mode: "by hand" };
  readonly source = undefined;
  now: () => number = now;
  /** Resolves once somebody watches. */
  readonly watched: Promise<void>;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.watched = promise;
    this.frames = new Hub((wanted) => {
      if (wanted) resolve();
    });
    this.status.publish({ state: "live" });
  }

  get arrivals(): Feed["arrivals"] {
    return { received: this.frames.published, missed: 0 };
  }
}
