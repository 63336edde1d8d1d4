import { JpegError, type JpegFault } from "../frame/jpeg.ts";

/** A message with bytes, whose memory moves to the other side. */
export interface ByteMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The message for a {@linkcode JpegError}, because errors lose their class on the way. */
export interface Refusal {
  readonly refusal: readonly [fault: JpegFault, message: string];
}

/** The question whether a worker still listens, and its answer. */
export const PING = "ping";

/** One end of a worker: the worker itself outside, the global scope or the parent's port inside. */
interface Scope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}

/**
 * Answers questions inside a worker. A {@linkcode JpegError} of `answer` refuses the question; any
 * other error ends the worker. The first message says that the worker has loaded. All others use a
 * port that the worker gets then, so that no user's code in the worker can answer.
 */
export async function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
): Promise<void> {
  const scope = await scopeOf();
  scope.onmessage = ({ data: port }) => {
    scope.onmessage = null;
    (port as MessagePort).onmessage = async ({ data }) => {
      if (data === PING) return port.postMessage(PING);
      let message: Answer | Refusal;
      try {
        message = await answer(data);
      } catch (error) {
        if (!(error instanceof JpegError)) throw error;
        message = { refusal: [error.code, error.message] };
      }
      port.postMessage(message, transferOf(message));
    };
  };
  scope.postMessage("ready");
}

/** Node's worker, which can have a limited heap, has no `self`. */
async function scopeOf(): Promise<Scope> {
  if (typeof self !== "undefined") return self as unknown as Scope;
  const { parentPort } = await import("node:worker_threads");
  return parentPort as unknown as Scope;
}

/**
 * What to transfer with a question or an answer: the memory of its `bytes`, if it has any. A
 * transferred JPEG costs nothing; a cloned one costs two copies and new memory on both sides.
 */
export function transferOf(message: unknown): ArrayBuffer[] {
  // User code may have added a property of this name to all objects.
  if (typeof message !== "object" || message === null || !Object.hasOwn(message, "bytes")) {
    return [];
  }
  const { bytes } = message as Partial<ByteMessage>;
  return bytes ? [bytes.buffer] : [];
}
