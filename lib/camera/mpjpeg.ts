/**
 * The stream of `ffmpeg -f mpjpeg`: pictures, each behind a header that gives its length, so that
 * none has to be searched for and none waits for the next one.
 *
 * @module
 */

import { Assembler } from "../flow/assembler.ts";
import { EXIF_BYTES } from "../frame/exif.ts";
import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { CameraError } from "./camera_error.ts";

/** The longest part header that is read, in bytes. */
export const MAX_HEADER_BYTES = 1024;

/** What is free around a picture for what it gets on its way: Exif, a length. */
const ROOM = { before: EXIF_BYTES + 4, behind: 0 };

const CR = 0x0d;
const LF = 0x0a;

/** Takes the stream apart; it does no input or output itself. */
export class MpjpegReader {
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerLength = 0;
  #body: Assembler | undefined;

  /**
   * The pictures that end in this chunk, each before the next is looked at. To be read to its end.
   *
   * @throws {CameraError} when the stream is not of this form, or a picture is too large.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void> {
    for (let at = 0; at < chunk.length;) {
      if (!this.#body) {
        at = this.#readHeader(chunk, at);
        continue;
      }
      at = this.#body.take(chunk, at);
      const whole = this.#body.whole;
      if (!whole) continue;
      this.#body = undefined;
      yield whole;
    }
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      if (this.#headerLength === MAX_HEADER_BYTES) {
        throw new CameraError(`ffmpeg sent a part header of over ${MAX_HEADER_BYTES} bytes`);
      }
      this.#header[this.#headerLength++] = chunk[at];
      if (chunk[at] !== LF || !this.#headerEnds()) continue;
      this.#body = new Assembler(this.#contentLength(), ROOM);
      this.#headerLength = 0;
      return at + 1;
    }
    return chunk.length;
  }

  #headerEnds(): boolean {
    const [a, b, c] = this.#header.subarray(this.#headerLength - 4, this.#headerLength);
    return this.#headerLength >= 4 && a === CR && b === LF && c === CR;
  }

  #contentLength(): number {
    const header = new TextDecoder().decode(this.#header.subarray(0, this.#headerLength));
    const length = Number(/^content-length: *(\d+)\r$/im.exec(header)?.[1] ?? NaN);
    if (!(length > 0)) throw new CameraError("ffmpeg sent a part without a length");
    if (length > MAX_FRAME_BYTES) {
      throw new CameraError(
        `the camera sent a picture of ${length} bytes; ${MAX_FRAME_BYTES} is the most`,
      );
    }
    return length;
  }
}
