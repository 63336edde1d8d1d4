import { RateLimit } from "../time/rate_limit.ts";
import { MAX_CONTROLS_PER_SECOND } from "./protocol.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Counts the control messages of the other side, and ends a flood. */
export class ControlRate {
  readonly #messages = new RateLimit(MAX_CONTROLS_PER_SECOND);
  readonly #bytes: RateLimit;
  readonly #maxBytes: number;

  /** @param maxBytes how many bytes may come in a second. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#bytes = new RateLimit(maxBytes);
  }

  /** Counts one payload. @throws {ProtocolError} when too many control messages came in a second. */
  count(payload: Uint8Array): void {
    if (payload[0] !== "{".charCodeAt(0)) return;
    if (!this.#messages.allows()) {
      throw new ProtocolError(`it sent more than ${MAX_CONTROLS_PER_SECOND} messages in a second`);
    }
    if (!this.#bytes.allows(payload.length)) {
      const kibibytes = this.#maxBytes / 1024;
      throw new ProtocolError(`it sent more than ${kibibytes} KiB of messages in a second`);
    }
  }
}
