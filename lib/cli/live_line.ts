/** The live line of a terminal: what flows now, in one line that changes once a second. */

import type { Camera } from "../camera/open_camera.ts";
import type { Receiver } from "../client/receive.ts";
import type { DecodeStage } from "../decode/stage.ts";
import type { CameraStatus } from "../flow/feed.ts";
import { now } from "../time/clock.js";
import { dim } from "./style.ts";
import { columns, showLive } from "./terminal.ts";

/** How often it changes, in milliseconds. */
const CHANGE_MS = 1000;

/** Shows a line until `signal` is aborted. */
export function keepLive(read: () => string, signal: AbortSignal): void {
  const timer = setInterval(() => showLive(dim(read().slice(0, columns() - 1))), CHANGE_MS);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    showLive("");
  });
}

/** What server.ts does now. `count` says how many watch. */
export function serverLine(camera: Camera, count: () => string): () => string {
  let last = { at: performance.now(), frames: 0, bytes: 0 };
  return () => {
    const before = last;
    last = {
      at: performance.now(),
      frames: camera.arrivals.received,
      bytes: camera.counts.bytes,
    };
    const seconds = (last.at - before.at) / 1000;
    const fps = (last.frames - before.frames) / seconds;
    const { latest: status } = camera.status;
    if (fps > 0) return join(rates(fps, (last.bytes - before.bytes) / seconds), count());
    return join(withoutFrames(status), count());
  };
}

/** What client.ts does now. `count` says how many watch. */
export function clientLine(
  { source }: Receiver,
  stage: DecodeStage,
  count: () => string,
): () => string {
  return () => {
    const { status } = source;
    if (status.state === "connecting") {
      const { retryAt } = status;
      if (retryAt === undefined) return "connecting";
      return `trying again in ${Math.max(0, Math.round((retryAt - now()) / 1000))} s`;
    }
    const { fps, bytesPerSecond, latencyMs: { p50 } } = stage.stats();
    if (fps === 0) return join(withoutFrames(stage.status.latest), count());
    return join(rates(fps, bytesPerSecond), count(), p50 === null ? "" : `${Math.round(p50)} ms`);
  };
}

/** So many of something, in words. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** What is shown instead of rates. */
function withoutFrames(status: CameraStatus | undefined): string {
  if (status?.state === "idle") return "the camera sleeps until somebody watches";
  return status?.state === "lost" ? "camera lost" : "no frames";
}

function rates(fps: number, bytesPerSecond: number): string {
  return join(`${fps.toFixed(1)} fps`, `${(bytesPerSecond * 8 / 1e6).toFixed(1)} Mbit/s`);
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
