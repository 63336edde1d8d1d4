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
 * first; from then on the server may send it `welcome`, `camera`, `pong` and `error` as well. A
 * control message of a type that is not known, and a field that is not known, are ignored, so that
 * later versions can add some.
 *
 * From the first acknowledgement on (or from `hello` on, if that says `"acknowledges":true`), the
 * server sends a frame when the link has room for it, and then the newest one, so that none gets
 * old in a buffer.
 *
 * A client may ask for the time by `ping`. One that does so again and again (three times or more) is
 * taken for gone when nothing has come from it for {@linkcode SILENCE_MS}, and may take the server
 * for gone likewise. So each side knows of a link that has died without a word.
 *
 * A server with a token sends `challenge` first, with a nonce of this connection alone, and no
 * frame until a `hello` has come whose `hmac` is the HMAC-SHA256 of the nonce's bytes, keyed with
 * the UTF-8 bytes of the token. Nonce and HMAC are written in hex. In Python:
 * `hmac.new(token.encode(), bytes.fromhex(nonce), "sha256").hexdigest()`.
 *
 * With a certificate, all of this goes through TLS.
 *
 * A frame has {@linkcode MAX_FRAME_BYTES} at most, which are 16 MiB. Who goes beyond this, or beyond
 * one of the limits below, is told so by an `error`, and the connection ends. The codes of an
 * `error`: `protocol` (this is not what is written here), `late` (a time below is over), `token`
 * (none, or the wrong one), `slow` (too many wrong ones came from this address: try later), `full`
 * (too many clients: try later).
 *
 * @module
 */

import * as v from "valibot";
import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { extend } from "../frame/roomy.ts";

/** The port that a server listens on, if nobody says otherwise. */
export const DEFAULT_PORT = 9999;
/** The version that both sides name in their greeting. */
export const PROTOCOL_VERSION = 1;
/** The longest control message, in bytes. */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** The longest message of a client that the server has not greeted yet, its length included. */
export const MAX_GREETING_BYTES = 4 * 1024;
/** How long a new connection may take until it is known who it is, in milliseconds. */
export const HANDSHAKE_MS = 5000;
/** How long a client's message may take from its first byte to its last, in milliseconds. */
export const MESSAGE_MS = 5000;
/** How often a client asks for the time, which also shows that it is there, in milliseconds. */
export const PING_MS = 1000;
/** How many questions show that a client asks again and again. */
export const REGULAR_PINGS = 3;
/** How long the other side may say nothing, in milliseconds; then it is taken for gone. */
export const SILENCE_MS = 6000;
/** How many clients a server takes, if nobody says otherwise. */
export const MAX_CLIENTS = 64;

/** A number that JSON can write again: it has no infinity, but reads one where there are many digits. */
const number = v.pipe(v.number(), v.finite());
/** Milliseconds since 1970, of a year that Exif can write. */
const time = v.pipe(number, v.minValue(0), v.maxValue(Date.UTC(9999, 11, 31)));

/** What a client says. */
export const ClientMessage = v.variant("type", [
  /** First of all: the client speaks, this version. */
  v.object({
    type: v.literal("hello"),
    version: v.number(),
    client: v.optional(v.string()),
    /** Every frame will be acknowledged, from the first one on. */
    acknowledges: v.optional(v.boolean()),
    /** The answer to the `challenge`. */
    hmac: v.optional(v.string()),
  }),
  /** What is the time? `sent` comes back in the answer. */
  v.object({ type: v.literal("ping"), sent: number }),
]);
/** What a client says. */
export type ClientMessage = v.InferOutput<typeof ClientMessage>;

/** A client's greeting. */
export type Hello = Extract<ClientMessage, { type: "hello" }>;

const camera = { name: v.string(), mode: v.string() };

/** What a server says. */
export const ServerMessage = v.variant("type", [
  /** First of all, where a token is asked for. */
  v.object({ type: v.literal("challenge"), nonce: v.string() }),
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
  v.object({ type: v.literal("pong"), sent: number, now: time }),
  /** Why the server closes the connection, which it does next. */
  v.object({ type: v.literal("error"), code: v.string(), message: v.string() }),
]);
/** What a server says. */
export type ServerMessage = v.InferOutput<typeof ServerMessage>;

/** Why a server ends a connection. */
export type ErrorCode = "protocol" | "late" | "token" | "slow" | "full";

/** Thrown when the other side does not keep to the protocol. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** Acknowledgements of `count` frames, whole: an empty payload for each. */
export function acknowledgements(count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(4 * count);
}

/** A control message as it goes over the wire, length and all. */
export function encodeControl(message: ClientMessage | ServerMessage): Uint8Array<ArrayBuffer> {
  return encodePayload(new TextEncoder().encode(JSON.stringify(message)));
}

/** A payload as it goes over the wire, its length in front. */
export function encodePayload(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = extend(payload, 4);
  new DataView(message.buffer, message.byteOffset).setUint32(0, payload.length);
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

/**
 * The most bytes the first payload from a client may have, by its first byte.
 *
 * @throws {ProtocolError} when no payload starts like this.
 */
export function greetingLimit(first: number): number {
  return Math.min(clientLimit(first), MAX_GREETING_BYTES - 4);
}
