import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { CameraError } from "./camera_error.ts";

/** The longest part header, in bytes. */
export const MAX_HEADER_BYTES = 1024;

const CR = 0x0d;
const LF = 0x0a;

/**
 * Splits the output of `ffmpeg -f mpjpeg` into JPEGs; does no I/O itself. Each comes after a header
 * with its length. So no frame has to be searched for, and none waits for the next one.
 */
export class MpjpegReader {
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerLength = 0;
  #body: FrameMemory | undefined;

  /**
   * Yields each JPEG that ends in this chunk, before it looks at the rest. Take them all.
   *
   * @throws {CameraError} `bad-stream`, when the stream is malformed or a frame too large.
   */
  *push(chunk: Uint8Array): Generator<FrameMemory, void> {
    for (let at = 0; at < chunk.length;) {
      const body = this.#body;
      if (!body) {
        at = this.#readHeader(chunk, at);
        continue;
      }
      at = body.fill(chunk, at);
      if (!body.isFull) return;
      this.#body = undefined;
      yield body;
    }
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      if (this.#headerLength === MAX_HEADER_BYTES) {
        throw badStream(`ffmpeg sent a part header of over ${MAX_HEADER_BYTES} bytes`);
      }
      this.#header[this.#headerLength++] = chunk[at];
      if (chunk[at] !== LF || !this.#isHeaderComplete()) continue;
      this.#body = FrameMemory.allocate(this.#contentLength());
      this.#headerLength = 0;
      return at + 1;
    }
    return chunk.length;
  }

  #isHeaderComplete(): boolean {
    const [a, b, c] = this.#header.subarray(this.#headerLength - 4, this.#headerLength);
    return this.#headerLength >= 4 && a === CR && b === LF && c === CR;
  }

  #contentLength(): number {
    const header = new TextDecoder().decode(this.#header.subarray(0, this.#headerLength));
    const length = Number(/^content-length: *(\d+)\r$/im.exec(header)?.[1] ?? NaN);
    if (!(length > 0)) throw badStream("ffmpeg sent a part without a length");
    if (length > MAX_FRAME_BYTES) {
      throw badStream(
        `The camera sent a frame of ${length} bytes; at most ${MAX_FRAME_BYTES} are allowed`,
      );
    }
    return length;
  }
}

function badStream(message: string): CameraError {
  return new CameraError("bad-stream", message);
}
