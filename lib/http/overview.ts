/** Answers about all cameras together. */

import { cleanText } from "../access/clean_text.ts";
import type { Channel, ChannelMap } from "./channels.ts";
import { text } from "./reply.ts";
import { type FeedState, type State, unavailableReason } from "./state.ts";

/** A camera, as `/cameras` lists it. */
export interface CameraEntry {
  /** Its name in paths. */
  readonly id: string;
  /** The camera's own name; null while unknown. */
  readonly name: string | null;
  readonly state: FeedState["camera"]["state"];
  /** Why there is no picture; null while there is one. */
  readonly reason: string | null;
  /** The newest frame's size, in pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** Frames published a second. */
  readonly fps: number;
  /** The time by the clock that stamps its frames, in milliseconds since 1970. */
  readonly now: number;
  /** The server that it comes from. */
  readonly source: FeedState["source"];
}

/** A camera's `/state`. */
export function stateOf({ readState, viewers, controls }: Channel): State {
  const version = controls?.latest?.set ? controls.published : null;
  const { state, count: viewerCount } = viewers;
  return { ...readState(), controls: version, viewers: state, viewerCount };
}

/** The answer of `/cameras`. */
export function listOf(channels: ChannelMap): CameraEntry[] {
  return [...channels].map(([id, { readState }]) => {
    const state = readState();
    const { now, source, camera: { name, state: condition, width, height }, frames } = state;
    const reason = unavailableReason(state) ?? null;
    return { id, name, state: condition, reason, width, height, fps: frames.fps, now, source };
  });
}

/**
 * Whether pictures come, for monitors. With several cameras, one is enough: a monitor that restarts
 * the program would not bring back a pulled camera, but interrupt the others.
 */
export function healthOf(channels: ChannelMap): Response {
  const faults = [...channels].flatMap(([name, { readState }]) => {
    const reason = unavailableReason(readState());
    return reason === undefined ? [] : [{ name, reason: cleanText(reason) }];
  });
  if (channels.size === 0) return text(503, NO_CAMERA);
  const isHealthy = faults.length < channels.size;
  const words = faults.map(({ name, reason }) =>
    channels.size === 1 ? reason : `${cleanText(name)}: ${reason}`
  );
  return text(isHealthy ? 200 : 503, [...isHealthy ? ["ok"] : [], ...words].join("\n"));
}

/** The reason for no picture while there is no camera. */
export const NO_CAMERA = "There is no camera yet";
