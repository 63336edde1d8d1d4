/**
 * States of a feed, for tests of its viewers.
 *
 * @module
 */

import type { FeedState } from "../../lib/http/state.ts";

/** A camera that was unplugged. */
export const LOST: FeedState = {
  now: 0,
  source: { host: "camera.local", port: 9999, state: "connected", reconnects: 0 },
  camera: { name: "a camera", state: "lost", reason: "unplugged", width: null, height: null },
  frames: {
    received: 0,
    published: 0,
    warned: 0,
    corrupt: 0,
    skipped: 0,
    fps: 0,
    bytesPerSecond: 0,
  },
  latencyMs: { p50: null, p95: null },
  scene: null,
  decode: { mode: "check", error: null, p50Ms: null, p95Ms: null },
};

/** A camera that gives frames. */
export const LIVE: FeedState = { ...LOST, camera: { ...LOST.camera, state: "live", reason: null } };
