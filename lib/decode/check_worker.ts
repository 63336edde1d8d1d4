/**
 * The thread that decodes. A picture comes in; whether it decodes goes out.
 *
 * @module
 */

import { jpegSize } from "../frame/jpeg.ts";
import { type Codec, loadCodec } from "./codec.ts";

/** The most pixels a picture may announce. */
export const MAX_PIXELS = 64_000_000;

/** What the thread answers: the size and how long it took, or why the picture is refused. */
export type CheckResult =
  | { readonly width: number; readonly height: number; readonly ms: number }
  | { readonly error: string };

const thread = self as unknown as {
  onmessage: (event: MessageEvent<Uint8Array>) => void;
  postMessage(message: CheckResult): void;
};

const codec = loadCodec();

thread.onmessage = async ({ data }) => thread.postMessage(check(await codec, data));

function check(codec: Codec, bytes: Uint8Array): CheckResult {
  const startedAt = performance.now();
  try {
    const { width, height } = jpegSize(bytes);
    if (width * height > MAX_PIXELS) {
      return { error: `it is ${width}x${height} pixels; ${MAX_PIXELS} in all are the most` };
    }
    // An eighth of the size reads the whole bit stream, and skips most of the arithmetic.
    codec.decode(bytes, Math.ceil(width / 8), Math.ceil(height / 8));
    return { width, height, ms: performance.now() - startedAt };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
