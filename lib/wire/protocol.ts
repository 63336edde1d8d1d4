/**
 * The wire, version 1. This file is its specification.
 *
 * TCP. Both ways, each message is a length and then that many bytes:
 *
 * | bytes | what                                                |
 * | ----- | --------------------------------------------------- |
 * | 4     | length of the payload, unsigned, big-endian         |
 * | n     | payload; its first bytes say what it is             |
 *
 * | from   | payload starts with | it is                                                  |
 * | ------ | ------------------- | ------------------------------------------------------ |
 * | server | `FF D8`             | a frame: one whole JPEG                                |
 * | either | `{`                 | a control message: UTF-8 JSON with a `type`            |
 * | client | (empty)             | an acknowledgement: one frame has arrived              |
 *
 * A client that never sends a byte gets frames and nothing else. One that speaks says `hello`
 * first; from then on the server may send it `welcome`, `camera`, `pong` and `error` as well.
 * From the first acknowledgement on (or from `hello` on, if that says `"acknowledges":true`), the
 * server sends a frame when the link has room for it, and then the newest one, so that none gets
 * old in a buffer. A control message of a type that is
 * not known is ignored, so that later versions can add some.
 *
 * @module
 */

import * as v from "valibot";
import { MAX_FRAME_BYTES } from "../frame/frame.ts";

/** The port that a server listens on, if nobody says otherwise. */
export const DEFAULT_PORT = 9999;
/** The version that both sides name in their greeting. */
export const PROTOCOL_VERSION = 1;
/** The longest control message, in bytes. */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** How long a new connection may take until it is known what it speaks, in milliseconds. */
export const HANDSHAKE_MS = 5000;
/** How many clients a server takes, if nobody says otherwise. */
export const MAX_CLIENTS = 64;

/** What a client says. */
export const ClientMessage = v.variant("type", [
  /** First of all: the client speaks, this version. */
  v.object({
    type: v.literal("hello"),
    version: v.number(),
    client: v.optional(v.string()),
    /** Every frame will be acknowledged, from the first one on. */
    acknowledges: v.optional(v.boolean()),
  }),
  /** What is the time? `sent` comes back in the answer. */
  v.object({ type: v.literal("ping"), sent: v.number() }),
]);
/** What a client says. */
export type ClientMessage = v.InferOutput<typeof ClientMessage>;

const camera = { name: v.string(), mode: v.string() };

/** What a server says. */
export const ServerMessage = v.variant("type", [
  /** The answer to `hello`. `camera` is missing as long as none was found. */
  v.object({
    type: v.literal("welcome"),
    version: v.number(),
    server: v.optional(v.string()),
    camera: v.optional(v.object(camera)),
  }),
  /** Whether the camera gives pictures: at each change, and every second while it does not. */
  v.object({
    type: v.literal("camera"),
    state: v.picklist(["live", "starting", "lost"]),
    reason: v.optional(v.string()),
  }),
  /** The answer to `ping`: `now` is the server's time, in milliseconds since 1970. */
  v.object({ type: v.literal("pong"), sent: v.number(), now: v.number() }),
  /** Why the server closes the connection, which it does next. */
  v.object({ type: v.literal("error"), code: v.string(), message: v.string() }),
]);
/** What a server says. */
export type ServerMessage = v.InferOutput<typeof ServerMessage>;

/** Thrown when the other side does not keep to the protocol. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** An acknowledgement, whole. */
export const ACKNOWLEDGEMENT: Uint8Array<ArrayBuffer> = encodePayload(new Uint8Array(0));

/** A control message as it goes over the wire, length and all. */
export function encodeControl(message: ClientMessage | ServerMessage): Uint8Array<ArrayBuffer> {
  return encodePayload(new TextEncoder().encode(JSON.stringify(message)));
}

/** A payload as it goes over the wire, its length in front. */
export function encodePayload(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(4 + payload.length);
  new DataView(message.buffer).setUint32(0, payload.length);
  message.set(payload, 4);
  return message;
}

/**
 * What a control message says; undefined when its type is not known.
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

/**
 * The most bytes a payload from a server may have, by its first byte.
 *
 * @throws {ProtocolError} when no payload starts like this.
 */
export function serverLimit(first: number): number {
  if (first === 0xff) return MAX_FRAME_BYTES;
  return clientLimit(first);
}

/**
 * The most bytes a payload from a client may have, by its first byte.
 *
 * @throws {ProtocolError} when no payload starts like this.
 */
export function clientLimit(first: number): number {
  if (first === "{".charCodeAt(0)) return MAX_CONTROL_BYTES;
  throw new ProtocolError(`a payload starts with the byte 0x${first.toString(16)}`);
}
