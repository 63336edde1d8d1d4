/** The worker that checks: it gets a JPEG, and returns the scene if the JPEG decodes. */

import type { FrameMeta } from "../frame/frame.ts";
import { free } from "../frame/frame_memory.ts";
import { answerQuestions, type ByteMessage } from "./answer_questions.ts";
import type { Outcome } from "./decoder.ts";
import { thumbnailOfEighth, thumbnailOfFull } from "./thumbnail.ts";
import { TolerantCodec, uprightSize } from "./tolerant_codec.ts";

/** A JPEG to check. */
export type CheckQuestion = FrameMeta & ByteMessage;

/** The scene, with a new JPEG if the old one was incomplete. */
export type CheckResult = Outcome & Partial<ByteMessage>;

const codec = await TolerantCodec.load();

answerQuestions<CheckQuestion, CheckResult>(async ({ bytes, ...meta }) => {
  const startedAt = performance.now();
  try {
    const decoding = await codec.decode(bytes, "eighth", meta);
    const thumbnail = decoding.scale === "full"
      ? thumbnailOfFull(decoding)
      : thumbnailOfEighth(decoding);
    if (thumbnail.grey !== decoding.buffer) free(decoding.buffer);
    const ms = performance.now() - startedAt;
    const outcome = { size: uprightSize(decoding), thumbnail, ms };
    const { isDamaged, completed } = decoding;
    if (!isDamaged) return outcome;
    return completed ? { ...outcome, isDamaged, bytes: completed } : { ...outcome, isDamaged };
  } finally {
    free(bytes);
  }
});
