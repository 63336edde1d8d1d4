/** Messages to bytes and back. This does no I/O. */

import { concat } from "@std/bytes/concat";
import * as v from "valibot";
import type { Envelope } from "../frame/frame.ts";
import type { ClientMessage, ServerMessage } from "./protocol.ts";
import { ProtocolError } from "./protocol_error.ts";

/** A frame as it goes over the wire: its length, then its bytes. */
export const LENGTH_PREFIX: Envelope = {
  head: ({ bytes }) => lengthOf(bytes),
  tail: new Uint8Array(0),
};

function lengthOf({ length }: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, length);
  return prefix;
}

/** A control message as it goes over the wire, with its length. */
export function encodeControl(message: ClientMessage | ServerMessage): Uint8Array<ArrayBuffer> {
  const payload = new TextEncoder().encode(JSON.stringify(message));
  return concat([lengthOf(payload), payload]);
}

/** Acknowledgements of `count` frames as they go over the wire: an empty payload for each. */
export function encodeAcknowledgements(count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(4 * count);
}

/**
 * Decodes a control message; undefined if its type is unknown.
 *
 * @throws {ProtocolError} when it is not JSON, has no type, or lacks what its type needs.
 */
export function decodeControl<M extends typeof ClientMessage | typeof ServerMessage>(
  payload: Uint8Array,
  messages: M,
): v.InferOutput<M> | undefined {
  const value = parseJson(payload);
  const known = messages.options.some(({ entries }) => entries.type.literal === value.type);
  if (!known) return undefined;
  const { success, output, issues } = v.safeParse(messages, value);
  if (success) return output;
  throw new ProtocolError(`a control message "${value.type}" does not fit: ${issues[0].message}`);
}

function parseJson(payload: Uint8Array): { type: string } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    throw new ProtocolError("a control message is not JSON");
  }
  if (v.is(v.object({ type: v.string() }), value)) return value;
  throw new ProtocolError("a control message has no type");
}
