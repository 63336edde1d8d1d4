import { RateLimit } from "../time/rate_limit.ts";
import { MAX_CONTROLS_PER_SECOND } from "./protocol.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Counts the control messages that come over one connection, and ends a flood. */
export class ControlRate {
  readonly #limit = new RateLimit(MAX_CONTROLS_PER_SECOND);

  /** Counts one payload. @throws {ProtocolError} when too many control messages came in a second. */
  count(payload: Uint8Array): void {
    if (payload[0] !== "{".charCodeAt(0) || this.#limit.allows()) return;
    throw new ProtocolError(`it sent more than ${MAX_CONTROLS_PER_SECOND} messages in a second`);
  }
}
