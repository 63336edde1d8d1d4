/** The worker that checks: a JPEG comes in, and whether it decodes goes out. */

import { free } from "../frame/frame_memory.ts";
import { JpegError } from "../frame/jpeg.ts";
import { answerQuestions } from "./answer_questions.ts";
import { Codec } from "./codec.ts";
import { type Thumbnail, thumbnailOfEighth } from "./thumbnail.ts";

/** A JPEG to check. */
export interface CheckQuestion {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the JPEG shows and how long decoding took, or what is wrong with it. */
export type CheckResult =
  | {
    readonly size: readonly [width: number, height: number];
    readonly thumbnail: Thumbnail;
    readonly ms: number;
  }
  | { readonly refused: string };

const codec = await Codec.load();

answerQuestions<CheckQuestion, CheckResult>(({ bytes }) => {
  const startedAt = performance.now();
  try {
    const { size, ...pixels } = codec.decode(bytes, "eighth");
    const thumbnail = thumbnailOfEighth(pixels);
    if (thumbnail.grey !== pixels.buffer) free(pixels.buffer);
    return { size, thumbnail, ms: performance.now() - startedAt };
  } catch (error) {
    if (error instanceof JpegError) return { refused: error.message };
    throw error;
  } finally {
    free(bytes);
  }
});
