/**
 * What `/state` of a client is put together from.
 *
 * @module
 */

import type { DecodeStage } from "../decode/stage.ts";
import type { FeedState } from "../http/state.ts";
import type { Receiver } from "../wire/receiver.ts";

/** How a client's frames fare, from the server to the viewers. */
export function clientState(
  { host, port }: { host: string; port: number },
  { source, status, camera, counts }: Receiver,
  stage: DecodeStage,
): FeedState {
  const scene = stage.scenes.latest;
  const transform = stage.transform.latest;
  const connection = source.latest ?? { state: "connecting" };
  const connected = connection.state === "connected";
  // What the server said of its camera before the connection was lost is not known any more.
  const live = connected ? status.latest : undefined;
  return {
    source: {
      host,
      port,
      state: connection.state,
      reconnects: counts.reconnects,
      ...!connected && connection.reason !== undefined && { reason: connection.reason },
    },
    camera: {
      name: camera?.name ?? null,
      state: live?.state ?? "unknown",
      reason: live?.state === "lost" ? live.reason : null,
      width: stage.size?.width ?? null,
      height: stage.size?.height ?? null,
    },
    frames: {
      received: counts.received,
      published: stage.counts.published,
      corrupt: stage.counts.corrupt,
      skipped: counts.missed + stage.counts.skipped,
      ...stage.rate.read(),
    },
    latencyMs: { p50: stage.ages.read(0.5), p95: stage.ages.read(0.95) },
    scene: scene
      ? {
        motion: scene.motion,
        brightness: scene.brightness,
        lastMinute: stage.motion.read(),
      }
      : null,
    decode: {
      mode: stage.mode,
      error: transform?.state === "failing" ? transform.reason : null,
      p50Ms: stage.durations.read(0.5),
      p95Ms: stage.durations.read(0.95),
    },
  };
}
