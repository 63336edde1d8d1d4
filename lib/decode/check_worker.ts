/**
 * The thread that checks. A picture comes in; whether it decodes goes out.
 *
 * @module
 */

import { release } from "../flow/release.ts";
import { JpegError } from "../frame/jpeg.ts";
import { Codec } from "./codec.ts";
import { type Thumbnail, thumbnailOfEighth } from "./thumbnail.ts";
import { answerQuestions } from "./answer.ts";

/** What the thread answers: what it saw and how long it took, or why the picture is refused. */
export type CheckResult =
  | {
    readonly size: readonly [width: number, height: number];
    readonly thumbnail: Thumbnail;
    readonly ms: number;
  }
  | { readonly refused: string };

const codec = await Codec.load();

answerQuestions<Uint8Array, CheckResult>((bytes) => {
  const startedAt = performance.now();
  try {
    const { size, ...pixels } = codec.decode(bytes, "eighth");
    const thumbnail = thumbnailOfEighth(pixels);
    if (thumbnail.grey !== pixels.buffer) release(pixels.buffer);
    return { size, thumbnail, ms: performance.now() - startedAt };
  } catch (error) {
    if (error instanceof JpegError) return { refused: error.message };
    throw error;
  } finally {
    // It is this thread's own copy.
    release(bytes);
  }
});
