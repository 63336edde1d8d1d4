import type { Feed } from "../flow/feed.ts";
import { checkFrames } from "./check_frames.ts";
import { passFrames } from "./pass_frames.ts";
import type { DecodeOptions, DecodeStage } from "./stage.ts";
import { transformFrames } from "./transform_frames.ts";

export { DEFAULT_WORKERS, MAX_DEFAULT_WORKERS } from "./transform_frames.ts";

/** Options of {@linkcode decodeFrames}. */
export interface DecodeFramesOptions extends DecodeOptions {
  /** Whether to decode frames at all; true by default. */
  readonly decode?: boolean;
  /** The path of a transform's module. */
  readonly transform?: string;
}

/** Transforms frames if there is a transform; otherwise checks them, or only passes them on. */
export function decodeFrames(feed: Feed, options: DecodeFramesOptions = {}): DecodeStage {
  const { decode = true, transform: module, workers, signal } = options;
  if (!decode) return passFrames(feed, { signal });
  return module === undefined
    ? checkFrames(feed, { workers, signal })
    : transformFrames(feed, { module, workers, signal });
}
