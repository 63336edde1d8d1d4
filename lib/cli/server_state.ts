/**
 * What `/state` of a server is put together from.
 *
 * @module
 */

import type { Camera } from "../camera/camera.ts";
import type { DecodeStage } from "../decode/stage.ts";
import { now } from "../flow/clock.ts";
import type { FeedState } from "../http/state.ts";
import { stageState } from "./stage_state.ts";

/** How the camera's frames fare on their way to viewers of the server itself. */
export function serverState(
  { hostname, port }: Deno.NetAddr,
  { counts, info, status }: Camera,
  stage: DecodeStage,
): FeedState {
  const state = status.latest ?? { state: "starting" };
  return {
    now: now(),
    source: { host: hostname, port, state: "connected", reconnects: 0 },
    camera: {
      name: info?.name ?? null,
      state: state.state,
      reason: state.state === "lost" ? state.reason : null,
      width: stage.size?.width ?? null,
      height: stage.size?.height ?? null,
    },
    ...stageState(stage, { received: counts.frames, skipped: 0 }),
  };
}
