/**
 * What `/state` of a client is put together from.
 *
 * @module
 */

import type { DecodeStage } from "../decode/stage.ts";
import type { FeedState } from "../http/state.ts";
import type { Receiver } from "../wire/receiver.ts";
import { stageState } from "./stage_state.ts";

/** How a client's frames fare, from the server to the viewers. */
export function clientState(
  { host, port }: { host: string; port: number },
  { source, status, camera, counts }: Receiver,
  stage: DecodeStage,
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
      width: stage.size?.width ?? null,
      height: stage.size?.height ?? null,
    },
    ...stageState(stage, { received: counts.received, skipped: counts.missed }),
  };
}
