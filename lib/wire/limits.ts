/** How long a payload may be, decided by its first byte before any memory is allocated. */

import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { MAX_CONTROL_BYTES, MAX_GREETING_BYTES } from "./protocol.ts";
import { ProtocolError } from "./protocol_error.ts";

/** The most bytes of a payload, by its first byte. Throws if no payload starts with it. */
export type PayloadLimit = (first: number) => number;

/** What a server may send. */
export const serverLimit: PayloadLimit = (first) =>
  first === 0xff ? MAX_FRAME_BYTES : clientLimit(first);

/** What a client may send. */
export const clientLimit: PayloadLimit = (first) => {
  if (first === "{".charCodeAt(0)) return MAX_CONTROL_BYTES;
  throw new ProtocolError(`a payload starts with the byte 0x${first.toString(16)}`);
};

/** What a client may send before its greeting was answered. */
export const greetingLimit: PayloadLimit = (first) =>
  Math.min(clientLimit(first), MAX_GREETING_BYTES - 4);
