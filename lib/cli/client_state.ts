/**
 * What `/state` of a client is put together from.
 *
 * @module
 */

import type { FrameCheck } from "../decode/check.ts";
import type { FeedState } from "../http/state.ts";
import type { Receiver } from "../wire/receiver.ts";

/** How a client's frames fare, from the server to the viewers. */
export function clientState(
  { host, port }: { host: string; port: number },
  { source, status, camera, counts }: Receiver,
  check: FrameCheck,
): FeedState {
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
      width: check.size?.width ?? null,
      height: check.size?.height ?? null,
    },
    frames: {
      received: counts.received,
      published: check.counts.published,
      corrupt: check.counts.corrupt,
      skipped: counts.missed + check.counts.skipped,
      ...check.rate.read(),
    },
    latencyMs: { p50: check.ages.read(0.5), p95: check.ages.read(0.95) },
    decode: {
      mode: "check",
      p50Ms: check.durations.read(0.5),
      p95Ms: check.durations.read(0.95),
    },
  };
}
