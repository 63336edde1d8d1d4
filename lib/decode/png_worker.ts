import { answerQuestions, type ByteMessage } from "./answer_questions.ts";
import { imageOf } from "./image.ts";
import { TolerantCodec } from "./tolerant_codec.ts";
import type { FrameMeta } from "../frame/frame.ts";

/** A JPEG, and its capture time, which goes into the PNG. */
export type PngQuestion = FrameMeta & ByteMessage;

const codec = await TolerantCodec.load();

answerQuestions<PngQuestion, ByteMessage>(async ({ bytes, ...meta }) => {
  const image = imageOf(await codec.decode(bytes, "full", meta));
  const png = await image.encode(1, { creationTime: meta.capturedAt, software: "socketcam" });
  return { bytes: new Uint8Array(png) };
});
