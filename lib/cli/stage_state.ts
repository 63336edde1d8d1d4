/**
 * What `/state` says of frames on their way through a decoder.
 *
 * @module
 */

import type { DecodeStage } from "../decode/stage.ts";
import type { FeedState } from "../http/state.ts";

/** The part that is the same wherever frames come from; `skipped` are those left out before. */
export function stageState(
  stage: DecodeStage,
  { received, skipped }: { readonly received: number; readonly skipped: number },
): Pick<FeedState, "frames" | "latencyMs" | "scene" | "decode"> {
  const scene = stage.scenes.latest;
  const transform = stage.transform.latest;
  return {
    frames: {
      received,
      published: stage.counts.published,
      corrupt: stage.counts.corrupt,
      skipped: skipped + stage.counts.skipped,
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
