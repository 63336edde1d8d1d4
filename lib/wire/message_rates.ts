import { RateLimit } from "../time/rate_limit.ts";
import { MAX_CONTROLS_PER_SECOND, MAX_FRAMES_PER_SECOND } from "./protocol.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Counts what comes over one connection, and ends a flood. */
export class MessageRates {
  readonly #frames = new RateLimit(MAX_FRAMES_PER_SECOND);
  readonly #controls = new RateLimit(MAX_CONTROLS_PER_SECOND);

  /** Counts one payload. @throws {ProtocolError} when too many of its kind came in a second. */
  count(payload: Uint8Array): void {
    const isControl = payload[0] === "{".charCodeAt(0);
    if ((isControl ? this.#controls : this.#frames).allows()) return;
    const limit = isControl ? MAX_CONTROLS_PER_SECOND : MAX_FRAMES_PER_SECOND;
    throw new ProtocolError(`it sent more than ${limit} messages in a second`);
  }
}
