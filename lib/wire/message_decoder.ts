/** Bytes to payloads, in chunks of any size. This does no I/O. */

import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import type { PayloadLimit } from "./limits.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Splits a stream into messages. */
export class MessageDecoder {
  readonly #limit: PayloadLimit;
  #length = 0;
  #lengthBytes = 0;
  #payload: FrameMemory | undefined;

  constructor(limit: PayloadLimit) {
    this.#limit = limit;
  }

  /** Whether a message has begun and not ended. */
  get isAmidMessage(): boolean {
    return this.#lengthBytes > 0;
  }

  /**
   * The payloads that end in this chunk. Each is yielded before the next one is examined, so that
   * the caller can change the limit in between; read this to its end. A frame has the room that it
   * needs later.
   *
   * @throws {ProtocolError} when a payload is longer than its kind may be. The rest of the stream
   *   cannot be read then.
   */
  *push(chunk: Uint8Array): Generator<FrameMemory, void> {
    let at = 0;
    while (true) {
      while (this.#lengthBytes < 4 && at < chunk.length) {
        this.#length = (this.#length << 8 | chunk[at++]) >>> 0;
        this.#lengthBytes++;
      }
      if (this.#lengthBytes < 4) return;
      check(this.#length, MAX_FRAME_BYTES);
      if (!this.#payload) {
        // The first byte decides how long the payload may be; an empty payload has none.
        if (this.#length > 0 && at === chunk.length) return;
        this.#payload = this.#allocate(chunk[at]);
      }
      at = this.#payload.fill(chunk, at);
      const payload = this.#payload;
      if (!payload.isFull) return;
      this.#payload = undefined;
      this.#lengthBytes = this.#length = 0;
      yield payload;
    }
  }

  #allocate(first: number): FrameMemory {
    if (this.#length > 0) check(this.#length, this.#limit(first));
    const room = first === 0xff ? {} : { headroom: 0, tailroom: 0 };
    return FrameMemory.allocate(this.#length, room);
  }
}

function check(length: number, limit: number): void {
  if (length <= limit) return;
  throw new ProtocolError(`a message of ${length} bytes was announced; the limit is ${limit}`);
}
