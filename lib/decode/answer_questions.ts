import { JpegError, type JpegFault } from "../frame/jpeg.ts";

/** A message with bytes, whose memory goes to the other side. */
export interface ByteMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The message for a {@linkcode JpegError}: errors lose their class on the way. */
export interface Refusal {
  readonly refusal: readonly [fault: JpegFault, message: string];
}

/**
 * Answers questions inside a worker. A {@linkcode JpegError} of `answer` refuses the question, any
 * other error ends the worker. The first message says that the worker has loaded.
 */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
): void {
  const worker = self as unknown as Worker;
  worker.onmessage = async ({ data }) => {
    let message: Answer | Refusal;
    try {
      message = await answer(data);
    } catch (error) {
      if (!(error instanceof JpegError)) throw error;
      message = { refusal: [error.code, error.message] };
    }
    worker.postMessage(message, transferOf(message));
  };
  worker.postMessage("ready");
}

/**
 * What to transfer with a question or an answer: the memory of its `bytes`, if it has any. A
 * transferred JPEG costs nothing; a cloned one costs two copies and new memory on both sides.
 */
export function transferOf(message: unknown): ArrayBuffer[] {
  const { bytes } = message as Partial<ByteMessage>;
  return bytes ? [bytes.buffer] : [];
}
