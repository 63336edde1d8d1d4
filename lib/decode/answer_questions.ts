/** The inside of a worker: questions come in, and one answer to each goes out. */

/**
 * Answers each question. An error of `answer` ends the worker. The first message says that the worker
 * has loaded.
 */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
): void {
  const worker = self as unknown as Worker;
  worker.onmessage = async ({ data }) => {
    const message = await answer(data);
    worker.postMessage(message, transferOf(message));
  };
  worker.postMessage("ready");
}

/**
 * What to transfer with a question or an answer: the memory of its `bytes`, if it has any. A
 * transferred JPEG costs nothing; a cloned one costs two copies and new memory on both sides.
 */
export function transferOf(message: unknown): ArrayBuffer[] {
  const { bytes } = message as { readonly bytes?: Uint8Array<ArrayBuffer> };
  return bytes ? [bytes.buffer] : [];
}
