/**
 * What `/state` of a client is put together from.
 *
 * @module
 */

import type { DecodeStage } from "../decode/stage.ts";
import { now } from "../flow/clock.ts";
import type { FeedState } from "../http/state.ts";
import type { Receiver, SourceStatus } from "../wire/receiver.ts";
import { stageState } from "./stage_state.ts";

/** How a client's frames fare, from the server to the viewers. */
export function clientState(
  { host, port }: { host: string; port: number },
  { source, status, camera, counts, clock }: Receiver,
  stage: DecodeStage,
): FeedState {
  const connection: SourceStatus = source.latest ?? { state: "connecting" };
  const connected = connection.state === "connected";
  // What the server said of its camera before the connection was lost is not known any more.
  const live = connected ? status.latest : undefined;
  return {
    now: now() + clock.offset,
    source: {
      host,
      port,
      state: connection.state,
      reconnects: counts.reconnects,
      ...reasonOf(connection),
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

function reasonOf(status: SourceStatus): Pick<FeedState["source"], "reason" | "retryInMs"> {
  switch (status.state) {
    case "connected":
      return {};
    case "refused":
      return { reason: status.reason };
    case "connecting":
      return {
        reason: status.reason,
        retryInMs: status.retryAt && Math.max(0, status.retryAt - now()),
      };
  }
}
