import type { DecodeStage } from "../decode/stage.ts";
import type { ConnectionStatus } from "../flow/feed.ts";
import type { FeedState } from "../http/state.ts";
import { now } from "../time/clock.js";

/**
 * A stage's `/state`. `here` is the source to name if the camera is in this program; `unshown` is
 * the reason why no frame is shown although frames come.
 */
export function feedState(
  stage: DecodeStage,
  here: { readonly host: string; readonly port: number },
  unshown?: string,
): FeedState {
  const { host, port, status: connection, reconnects } = stage.source ??
    { ...here, status: { state: "connected" } as const, reconnects: 0 };
  // The server's last report about its camera is outdated once the connection is lost.
  const told = connection.state === "connected" ? stage.status.latest : undefined;
  const camera = told?.state === "live" && unshown !== undefined
    ? { state: "lost", reason: unshown } as const
    : told;
  const { arrivals, counts, scene, mode, transform } = stage;
  const { fps, bytesPerSecond, latencyMs, decodeMs, lastMinute } = stage.stats();
  return {
    now: stage.now(),
    source: { host, port, state: connection.state, reconnects, ...reasonOf(connection) },
    camera: {
      name: stage.info?.name ?? null,
      state: camera?.state ?? "unknown",
      reason: camera?.state === "lost" ? camera.reason : null,
      width: stage.size?.width ?? null,
      height: stage.size?.height ?? null,
    },
    frames: {
      received: arrivals.received,
      published: counts.published,
      warned: counts.warned,
      corrupt: counts.corrupt,
      skipped: arrivals.missed + counts.skipped,
      fps,
      bytesPerSecond,
    },
    latencyMs,
    scene: scene && { ...scene, lastMinute },
    decode: {
      mode,
      error: transform.latest?.state === "failing" ? transform.latest.reason : null,
      p50Ms: decodeMs.p50,
      p95Ms: decodeMs.p95,
    },
  };
}

function reasonOf(status: ConnectionStatus): Pick<FeedState["source"], "reason" | "retryInMs"> {
  if (status.state === "connected") return {};
  const { reason, retryAt } = status;
  return { reason, retryInMs: retryAt && Math.max(0, retryAt - now()) };
}
