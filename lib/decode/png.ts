import type { Frame } from "../frame/frame.ts";
import type { ByteMessage } from "./answer_questions.ts";
import type { PngQuestion } from "./png_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a PNG may take to encode, in milliseconds. */
export const PNG_MS = 10_000;

/**
 * Encodes PNGs, for programs that cannot read JPEG or must not lose more detail. Disposing of it ends
 * its worker.
 */
export class PngEncoder implements Disposable {
  #pool: WorkerPool<PngQuestion, ByteMessage> | undefined;
  readonly #encoded = new WeakMap<Frame, Promise<Uint8Array<ArrayBuffer>>>();

  /**
   * The frame as a PNG, encoded once for all who ask for the same frame.
   *
   * @throws {JpegError} when the frame does not decode.
   */
  encode(frame: Frame): Promise<Uint8Array<ArrayBuffer>> {
    let png = this.#encoded.get(frame);
    if (!png) this.#encoded.set(frame, png = this.#encode(frame));
    return png;
  }

  async #encode({ bytes, capturedAt }: Frame): Promise<Uint8Array<ArrayBuffer>> {
    // The worker starts with the first PNG: hardly anybody wants one.
    const module = new URL("./png_worker.ts", import.meta.url);
    this.#pool ??= new WorkerPool(module, { hangMs: PNG_MS });
    return (await this.#pool.ask({ bytes: bytes.slice(), capturedAt })).bytes;
  }

  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }
}
