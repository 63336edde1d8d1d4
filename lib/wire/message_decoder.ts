/**
 * Bytes to payloads. No input or output happens here.
 *
 * @module
 */

import { Assembler } from "../flow/assembler.ts";
import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { ProtocolError } from "./protocol.ts";

/** What is free around a payload for what viewers get before and behind a frame. */
const ROOM = { before: 128, behind: 16 };

/** Takes a stream of messages apart, in chunks of any size. */
export class MessageDecoder {
  readonly #limit: (first: number) => number;
  #length = 0;
  #lengthBytes = 0;
  #payload: Assembler | undefined;

  /** @param limit the most bytes a payload may have, by its first byte; it may throw. */
  constructor(limit: (first: number) => number) {
    this.#limit = limit;
  }

  /** Whether a message has begun and not ended. */
  get isAmidMessage(): boolean {
    return this.#lengthBytes > 0;
  }

  /**
   * The payloads that end in this chunk, each before the next is looked at, so that it can change
   * what is allowed. A length is judged before memory is taken for it. To be read to its end.
   *
   * @throws {ProtocolError} when a payload is longer than its kind may be; nothing can be read
   * from this stream after that.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void> {
    let at = 0;
    while (true) {
      while (this.#lengthBytes < 4 && at < chunk.length) {
        this.#length = (this.#length << 8 | chunk[at++]) >>> 0;
        this.#lengthBytes++;
      }
      if (this.#lengthBytes < 4) return;
      this.#check(this.#length, MAX_FRAME_BYTES);
      if (!this.#payload) {
        // The first byte says how long the payload may be; an empty one has none.
        if (this.#length > 0 && at === chunk.length) return;
        if (this.#length > 0) this.#check(this.#length, this.#limit(chunk[at]));
        this.#payload = new Assembler(this.#length, ROOM);
      }
      at = this.#payload.take(chunk, at);
      const whole = this.#payload.whole;
      if (!whole) return;
      this.#payload = undefined;
      this.#lengthBytes = this.#length = 0;
      yield whole;
    }
  }

  #check(length: number, limit: number): void {
    if (length <= limit) return;
    throw new ProtocolError(`a message of ${length} bytes was announced; ${limit} is the most`);
  }
}
