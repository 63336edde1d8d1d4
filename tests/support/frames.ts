/**
 * Frames without a camera, where a test is of what comes after it.
 *
 * @module
 */

import { Hub } from "../../lib/flow/hub.ts";
import { now } from "../../lib/flow/clock.ts";
import { writeExif } from "../../lib/frame/exif.ts";
import type { CameraInfo, CameraStatus, Frame } from "../../lib/frame/frame.ts";

/** A picture as the camera would hand it on. */
export function frameOf(jpeg: Uint8Array, sequence: number = 1, capturedAt: number = now()): Frame {
  return { bytes: writeExif(jpeg, { sequence, capturedAt }), sequence, capturedAt };
}

/** A stand-in for an open camera: what is published, comes. */
export class FakeCamera {
  readonly frames: Hub<Frame>;
  readonly status: Hub<CameraStatus> = new Hub();
  readonly info: CameraInfo = { name: "fake", mode: "by hand" };
  /** Settles once somebody watches. */
  readonly watched: Promise<void>;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.watched = promise;
    this.frames = new Hub((wanted) => {
      if (wanted) resolve();
    });
    this.status.publish({ state: "live" });
  }
}
