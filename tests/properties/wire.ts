/**
 * Properties of the wire's decoder and control messages, in both directions.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fc } from "../support/packages.ts";
import { MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";
import { ClockSync } from "../../lib/time/clock_sync.js";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import { decodeControl, encodeAcknowledgements, encodeControl } from "../../lib/wire/codec.ts";
import { clientLimit, greetingLimit, serverLimit } from "../../lib/wire/limits.ts";
import { ClientMessage, MAX_NONCE_DIGITS, ServerMessage } from "../../lib/wire/protocol.ts";
import { ProtocolError } from "../../lib/wire/protocol_error.ts";
import { inChunks, joined, mutated } from "./mutation.ts";
import { type Property, property, thrown } from "./property.ts";

const time = fc.integer({ min: 0, max: 4e12 });
const words = fc.string({ maxLength: 20 });

/** Control messages of a client. */
export const clientMessages: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({
    type: fc.constant("hello" as const),
    version: fc.nat(3),
    client: words,
    acknowledges: fc.boolean(),
    hmac: words,
  }, { requiredKeys: ["type", "version"] }),
  fc.record({ type: fc.constant("ping" as const), sent: time }),
);

/** Numbers used once, in hex. */
const nonces = fc.uint8Array({ minLength: 1, maxLength: MAX_NONCE_DIGITS / 2 })
  .map((bytes) => bytes.toHex());
/** Control messages of a server. */
export const serverMessages: fc.Arbitrary<ServerMessage> = fc.oneof(
  fc.record({ type: fc.constant("challenge" as const), nonce: nonces }),
  fc.record({
    type: fc.constant("welcome" as const),
    version: fc.nat(3),
    server: words,
    camera: fc.record({ name: words, mode: words }),
  }, { requiredKeys: ["type", "version"] }),
  fc.record({
    type: fc.constant("camera" as const),
    state: fc.constantFrom("live" as const, "starting" as const, "lost" as const),
    reason: words,
  }, { requiredKeys: ["type", "state"] }),
  fc.record({ type: fc.constant("pong" as const), sent: time, now: time }),
  fc.record({ type: fc.constant("error" as const), code: words, message: words }),
);

const frame = fc.uint8Array({ maxLength: 60 }).map((bytes) =>
  new Uint8Array([0, 0, 0, 4 + bytes.length, 0xff, 0xd8, ...bytes, 0xff, 0xd9])
);

function streamOf(...messages: fc.Arbitrary<Uint8Array>[]): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.oneof(...messages), { minLength: 1, maxLength: 6 }).map(joined);
}

/** A client's stream, damaged. */
export const clientBytes = mutated(
  streamOf(clientMessages.map(encodeControl), fc.constant(encodeAcknowledgements(1))),
);
/** A server's stream, damaged. */
export const serverBytes = mutated(streamOf(serverMessages.map(encodeControl), frame));

interface Read {
  readonly payloads: Uint8Array[];
  /** Why reading stopped. */
  readonly error?: string;
  /** How many bytes of an unfinished message there are. */
  readonly rest?: number;
}

/** Reads a whole stream at once: the result that the decoder must reach for any chunks. */
function readNaively(bytes: Uint8Array, limit: (first: number) => number): Read {
  const payloads: Uint8Array[] = [];
  for (let at = 0;;) {
    const rest = bytes.length - at;
    if (rest < 4) return { payloads, rest };
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    const tooLong = (most: number) =>
      `a message of ${length} bytes was announced; the limit is ${most}`;
    if (length > MAX_FRAME_BYTES) return { payloads, error: tooLong(MAX_FRAME_BYTES) };
    if (length > 0) {
      if (rest === 4) return { payloads, rest };
      let most = 0;
      const refused = thrown(() => most = limit(bytes[at + 4]), ProtocolError);
      if (refused) return { payloads, error: refused.message };
      if (length > most) return { payloads, error: tooLong(most) };
    }
    if (rest < 4 + length) return { payloads, rest };
    payloads.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
}

function read(chunks: readonly Uint8Array[], limit: (first: number) => number): Read {
  const decoder = new MessageDecoder(limit);
  const payloads: Uint8Array[] = [];
  const error = thrown(() => {
    for (const chunk of chunks) {
      for (const { bytes } of decoder.push(chunk)) payloads.push(bytes);
    }
  }, ProtocolError);
  if (error) return { payloads, error: error.message };
  return { payloads, rest: decoder.isAmidMessage ? 1 : 0 };
}

function decodesAlike(limit: (first: number) => number): (chunks: Uint8Array[]) => void {
  return (chunks) => {
    const { rest, ...wanted } = readNaively(joined(chunks), limit);
    const { rest: amid, ...found } = read(chunks, limit);
    assertEquals(found, wanted);
    if (rest !== undefined) assertEquals(amid, Math.min(rest, 1));
  };
}

type Messages = typeof ClientMessage | typeof ServerMessage;

/**
 * Fails unless a payload is refused, or decodes to nothing or to a known message that encodes and
 * decodes to itself.
 */
function decodesOrRefuses(messages: Messages): (payload: Uint8Array) => void {
  const known: string[] = messages.options.map(({ entries }) => entries.type.literal);
  return (payload) => {
    let message: ClientMessage | ServerMessage | undefined;
    if (thrown(() => message = decodeControl(payload, messages), ProtocolError)) return;
    if (!message) return;
    assert(known.includes(message.type));
    assertEquals(decodeControl(encodeControl(message).subarray(4), messages), message);
  };
}

/** Objects with the fields of messages and arbitrary values. */
const objects = fc.record({
  type: fc.constantFrom("hello", "ping", "pong", "welcome", "camera", "challenge", "error", "x"),
  version: fc.anything(),
  sent: fc.oneof(fc.double(), fc.anything()),
  now: fc.oneof(fc.double(), fc.anything()),
  camera: fc.anything(),
  state: fc.oneof(fc.constant("lost"), fc.anything()),
  nonce: fc.anything(),
}, { requiredKeys: ["type"] }).map((value) => encodeText(stringify(value)));

function stringify(value: object): string {
  return JSON.stringify(value, (_, inner) => typeof inner === "bigint" ? `${inner}` : inner);
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Numbers in JSON, including some that JavaScript cannot represent. */
const numbers = fc.oneof(
  fc.constantFrom("1e999", "-1e999", "1e300", "-1e300", "8.64e15", "8.65e15", "0", "-0", "null"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  time.map(String),
);

function payloadsOf(messages: fc.Arbitrary<ClientMessage | ServerMessage>) {
  const whole = messages.map((message) => encodeControl(message).subarray(4));
  return fc.oneof(whole, mutated(whole), objects);
}

/** All properties of this module. */
export const wire: readonly Property[] = [
  property(
    "MessageDecoder reads a client's stream like a naive decoder, whatever the chunks",
    inChunks(clientBytes),
    decodesAlike(clientLimit),
  ),
  property(
    "MessageDecoder reads a stranger's stream like a naive decoder, whatever the chunks",
    inChunks(clientBytes),
    decodesAlike(greetingLimit),
    0.5,
  ),
  property(
    "MessageDecoder reads a server's stream like a naive decoder, whatever the chunks",
    inChunks(serverBytes),
    decodesAlike(serverLimit),
  ),
  property(
    "decodeControl() decodes a client's message or refuses it",
    payloadsOf(clientMessages),
    decodesOrRefuses(ClientMessage),
  ),
  property(
    "decodeControl() decodes a server's message or refuses it",
    payloadsOf(serverMessages),
    decodesOrRefuses(ServerMessage),
  ),
  property(
    "decodeControl() returns what encodeControl() encoded",
    fc.oneof(clientMessages, serverMessages),
    (message) => {
      const isClients = message.type === "hello" || message.type === "ping";
      const messages = isClients ? ClientMessage : ServerMessage;
      assertEquals(decodeControl(encodeControl(message).subarray(4), messages), message);
    },
    0.5,
  ),
  property(
    "ClockSync keeps the server's time a valid date, whatever it answers to ping",
    fc.array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 4 }),
    (answers) => {
      const clock = new ClockSync();
      const here = Date.UTC(2026, 0, 1);
      for (const [sent, now] of answers) {
        const payload = encodeText(`{"type":"pong","sent":${sent},"now":${now}}`);
        thrown(() => {
          const pong = decodeControl(payload, ServerMessage);
          if (pong?.type === "pong") clock.add(pong.sent, pong.now, here);
        }, ProtocolError);
      }
      const date = new Date(here + clock.offset);
      assert(Number.isFinite(date.getTime()), `${here + clock.offset} is not a valid time`);
    },
    0.5,
  ),
];
