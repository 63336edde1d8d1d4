/**
 * The thread that makes PNGs.
 *
 * @module
 */

import type { Frame } from "../frame/frame.ts";
import { JpegError } from "../frame/jpeg.ts";
import { answerQuestions } from "./answer.ts";
import { Codec } from "./codec.ts";
import { imageOf } from "./image.ts";

/** What the thread answers: the PNG, or why there is none. */
export type PngResult =
  | { readonly png: Uint8Array<ArrayBuffer> }
  | { readonly refused: string };

const codec = await Codec.load();

answerQuestions<Frame, PngResult>(async ({ bytes, capturedAt }) => {
  try {
    const image = imageOf(codec.decode(bytes, "full"));
    const png = await image.encode(1, { creationTime: capturedAt, software: "socketcam" });
    return { png: new Uint8Array(png) };
  } catch (error) {
    if (error instanceof JpegError) return { refused: error.message };
    throw error;
  }
});
