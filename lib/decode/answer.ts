/**
 * The inside of a thread: questions come in, one answer to each goes out.
 *
 * @module
 */

/** What a thread says once it has loaded; after that it says answers alone. */
export const READY = "ready";

/** Answers each question that comes; what `answer` throws ends the thread. */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
): void {
  const thread = self as unknown as Worker;
  thread.onmessage = async ({ data }) => thread.postMessage(await answer(data));
  thread.postMessage(READY);
}
