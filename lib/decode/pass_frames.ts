import type { Feed } from "../flow/feed.ts";
import type { Frame } from "../frame/frame.ts";
import { JpegError, jpegSize } from "../frame/jpeg.ts";
import type { Decoder } from "./decoder.ts";
import { DecoderStage } from "./decoder_stage.ts";
import type { DecodeOptions, DecodeStage } from "./stage.ts";

/**
 * Passes every frame on undecoded, damaged or not, which suits the smallest machines. The loop
 * gives frames without scenes.
 *
 * @example
 * ```ts
 * import { openCamera, passFrames, serveViewers } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using stage = passFrames(camera);
 * await using viewers = await serveViewers(stage, { port: 0 });
 * ```
 */
export function passFrames(
  feed: Feed,
  { signal }: Pick<DecodeOptions, "signal"> = {},
): DecodeStage {
  return new DecoderStage(feed, PASSER, signal);
}

const ALWAYS: Disposable = { [Symbol.dispose]() {} };

/** Decodes nothing. */
export const PASSER: Decoder = {
  mode: "off",
  turn: () => Promise.resolve(ALWAYS),
  decode: (frame) => Promise.resolve({ frame, size: sizeOf(frame) }),
  [Symbol.dispose]() {},
};

/** The size that the JPEG's header gives, if it gives one. */
function sizeOf({ bytes }: Frame): readonly [number, number] | undefined {
  try {
    const { width, height } = jpegSize(bytes);
    return [width, height];
  } catch (error) {
    if (!(error instanceof JpegError)) throw error;
  }
}
