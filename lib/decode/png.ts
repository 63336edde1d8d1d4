/**
 * A frame as a PNG, for what cannot read JPEG or wants no more loss.
 *
 * @module
 */

import type { Frame } from "../frame/frame.ts";
import type { PngResult } from "./png_worker.ts";
import { WorkerPool } from "./worker_pool.ts";

/** How long a PNG may take to make, in milliseconds. */
export const PNG_MS = 10_000;

/** Makes PNGs; closing it ends its thread. */
export class PngEncoder implements Disposable {
  #pool: WorkerPool<Frame, PngResult> | undefined;
  #before: Promise<unknown> = Promise.resolve();
  readonly #made = new WeakMap<Frame, Promise<Uint8Array<ArrayBuffer>>>();

  /**
   * The frame as a PNG, made once for all who ask for the same; one after the other, whoever asks.
   *
   * @throws {Error} when the frame does not decode.
   */
  encode(frame: Frame): Promise<Uint8Array<ArrayBuffer>> {
    let png = this.#made.get(frame);
    if (!png) {
      png = this.#before.then(() => this.#ask(frame));
      this.#before = png.catch(() => {});
      this.#made.set(frame, png);
    }
    return png;
  }

  async #ask(frame: Frame): Promise<Uint8Array<ArrayBuffer>> {
    // The thread is started with the first PNG: hardly anybody wants one.
    const module = new URL("./png_worker.ts", import.meta.url);
    this.#pool ??= new WorkerPool(module, { size: 1, hangMs: PNG_MS });
    const result = await this.#pool.ask(frame);
    if ("refused" in result) throw new Error(result.refused);
    return result.png;
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }
}
