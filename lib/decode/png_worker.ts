import { answerQuestions, type ByteMessage } from "./answer_questions.ts";
import { Codec } from "./codec.ts";
import { imageOf } from "./image.ts";

/** A JPEG, and its capture time, which goes into the PNG. */
export interface PngQuestion extends ByteMessage {
  readonly capturedAt: number;
}

const codec = await Codec.load();

answerQuestions<PngQuestion, ByteMessage>(async ({ bytes, capturedAt }) => {
  const image = imageOf(codec.decode(bytes, "full"));
  const png = await image.encode(1, { creationTime: capturedAt, software: "socketcam" });
  return { bytes: new Uint8Array(png) };
});
