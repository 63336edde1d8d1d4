/**
 * The wire's decoder and its control messages, both ways.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";
import { ClockSync } from "../../lib/wire/clock_sync.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import {
  clientLimit,
  ClientMessage,
  decodeControl,
  encodeControl,
  encodePayload,
  greetingLimit,
  ProtocolError,
  serverLimit,
  ServerMessage,
} from "../../lib/wire/protocol.ts";
import { inChunks, joined, mutated } from "./mutation.ts";
import { type Property, property, thrown } from "./property.ts";

const time = fc.integer({ min: 0, max: 4e12 });
const words = fc.string({ maxLength: 20 });

/** What a client says. */
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

/** What a server says. */
export const serverMessages: fc.Arbitrary<ServerMessage> = fc.oneof(
  fc.record({ type: fc.constant("challenge" as const), nonce: words }),
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
  encodePayload(new Uint8Array([0xff, 0xd8, ...bytes, 0xff, 0xd9]))
);

function streamOf(...messages: fc.Arbitrary<Uint8Array>[]): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.oneof(...messages), { minLength: 1, maxLength: 6 }).map(joined);
}

/** What a client may send, damaged. */
export const clientBytes = mutated(
  streamOf(clientMessages.map(encodeControl), fc.constant(encodePayload(new Uint8Array(0)))),
);
/** What a server may send, damaged. */
export const serverBytes = mutated(streamOf(serverMessages.map(encodeControl), frame));

interface Read {
  readonly payloads: Uint8Array[];
  /** Why it went no further. */
  readonly error?: string;
  /** Bytes of a message that has not ended. */
  readonly rest?: number;
}

/** Reads a stream that is there all at once: what the decoder must come to, however it is cut. */
function readNaively(bytes: Uint8Array, limit: (first: number) => number): Read {
  const payloads: Uint8Array[] = [];
  for (let at = 0;;) {
    const rest = bytes.length - at;
    if (rest < 4) return { payloads, rest };
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    const tooLong = (most: number) =>
      `a message of ${length} bytes was announced; ${most} is the most`;
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
    for (const chunk of chunks) for (const payload of decoder.push(chunk)) payloads.push(payload);
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

/** A message of a known type, nothing, or a {@linkcode ProtocolError}; and what it gives, it takes. */
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

/** Objects with the fields of messages, and anything in them. */
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

/** Numbers as JSON can write them and JavaScript cannot hold them, among others. */
const numbers = fc.oneof(
  fc.constantFrom("1e999", "-1e999", "1e300", "-1e300", "8.64e15", "8.65e15", "0", "-0", "null"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  time.map(String),
);

function payloadsOf(messages: fc.Arbitrary<ClientMessage | ServerMessage>) {
  const whole = messages.map((message) => encodeControl(message).subarray(4));
  return fc.oneof(whole, mutated(whole), objects);
}

/** All of them. */
export const wire: readonly Property[] = [
  property(
    "MessageDecoder reads what a client sends as a naive decoder does, however it is cut",
    inChunks(clientBytes),
    decodesAlike(clientLimit),
  ),
  property(
    "MessageDecoder reads what a stranger sends as a naive decoder does, however it is cut",
    inChunks(clientBytes),
    decodesAlike(greetingLimit),
    0.5,
  ),
  property(
    "MessageDecoder reads what a server sends as a naive decoder does, however it is cut",
    inChunks(serverBytes),
    decodesAlike(serverLimit),
  ),
  property(
    "decodeControl() takes a client's message or refuses it",
    payloadsOf(clientMessages),
    decodesOrRefuses(ClientMessage),
  ),
  property(
    "decodeControl() takes a server's message or refuses it",
    payloadsOf(serverMessages),
    decodesOrRefuses(ServerMessage),
  ),
  property(
    "decodeControl() gives what encodeControl() was given",
    fc.oneof(clientMessages, serverMessages),
    (message) => {
      const isClients = message.type === "hello" || message.type === "ping";
      const messages = isClients ? ClientMessage : ServerMessage;
      assertEquals(decodeControl(encodeControl(message).subarray(4), messages), message);
    },
    0.5,
  ),
  property(
    "the server's time is one that a date can hold, whatever it answers to ping",
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
      assert(Number.isFinite(date.getTime()), `${here + clock.offset} is no time`);
    },
    0.5,
  ),
];
