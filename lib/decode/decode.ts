/**
 * Which of the three ways frames go.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { checkFrames } from "./check.ts";
import { passFrames } from "./pass.ts";
import type { DecodeOptions, DecodeStage } from "./stage.ts";
import { transformFrames } from "./transform.ts";

/** Options of {@linkcode decodeFrames}. */
export interface WayOptions extends DecodeOptions {
  /** Whether frames are decoded at all. */
  readonly decode: boolean;
  /** The path of a transform's module. */
  readonly transform?: string;
}

/** Transforms frames if there is a transform, else checks them, unless nothing is to be decoded. */
export function decodeFrames(source: Hub<Frame>, options: WayOptions): DecodeStage {
  const { decode, transform: module, ...rest } = options;
  if (!decode) return passFrames(source, rest);
  return module === undefined
    ? checkFrames(source, rest)
    : transformFrames(source, { module, ...rest });
}
