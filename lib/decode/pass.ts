/**
 * Passes frames on undecoded, for the smallest machines.
 *
 * @module
 */

import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { JpegError, jpegSize } from "../frame/jpeg.ts";
import {
  type Decoded,
  type DecodeOptions,
  type Decoder,
  DecoderStage,
  type DecodeStage,
} from "./stage.ts";

/** Hands on every frame of `source`, damaged or not. */
export function passFrames(
  source: Hub<Frame>,
  { now }: Pick<DecodeOptions, "now"> = {},
): DecodeStage {
  return new DecoderStage(source, new Passer(), now);
}

class Passer implements Decoder {
  readonly mode = "off";

  free(): Promise<void> {
    return Promise.resolve();
  }

  decode(frame: Frame): Promise<Decoded> {
    return Promise.resolve({ frame, size: sizeOf(frame) });
  }

  [Symbol.dispose](): void {}
}

/** What the picture's header says, if it says anything. */
function sizeOf({ bytes }: Frame): readonly [number, number] | undefined {
  try {
    const { width, height } = jpegSize(bytes);
    return [width, height];
  } catch (error) {
    if (!(error instanceof JpegError)) throw error;
  }
}
