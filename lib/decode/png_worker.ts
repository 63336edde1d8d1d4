/** The worker that encodes PNGs. */

import { JpegError } from "../frame/jpeg.ts";
import { answerQuestions } from "./answer_questions.ts";
import { Codec } from "./codec.ts";
import { imageOf } from "./image.ts";

/** A JPEG, and its capture time, which goes into the PNG. */
export interface PngQuestion {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly capturedAt: number;
}

/** The PNG, or why there is none. */
export type PngResult =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly refused: string };

const codec = await Codec.load();

answerQuestions<PngQuestion, PngResult>(async ({ bytes, capturedAt }) => {
  try {
    const image = imageOf(codec.decode(bytes, "full"));
    const png = await image.encode(1, { creationTime: capturedAt, software: "socketcam" });
    return { bytes: new Uint8Array(png) };
  } catch (error) {
    if (error instanceof JpegError) return { refused: error.message };
    throw error;
  }
});
