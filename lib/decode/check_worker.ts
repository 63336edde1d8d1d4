/** The worker that checks: a JPEG comes in, and what it shows goes out, if it decodes. */

import { free } from "../frame/frame_memory.ts";
import { answerQuestions, type ByteMessage } from "./answer_questions.ts";
import { Codec } from "./codec.ts";
import type { Outcome } from "./decoder.ts";
import { thumbnailOfEighth } from "./thumbnail.ts";

const codec = await Codec.load();

answerQuestions<ByteMessage, Outcome>(({ bytes }) => {
  const startedAt = performance.now();
  try {
    const { size, ...pixels } = codec.decode(bytes, "eighth");
    const thumbnail = thumbnailOfEighth(pixels);
    if (thumbnail.grey !== pixels.buffer) free(pixels.buffer);
    return { size, thumbnail, ms: performance.now() - startedAt };
  } finally {
    free(bytes);
  }
});
