import { assertEquals, assertThrows } from "@std/assert";
import { MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import { clientLimit, serverLimit } from "../../lib/wire/limits.ts";
import { MAX_CONTROL_BYTES } from "../../lib/wire/protocol.ts";
import { ProtocolError } from "../../lib/wire/protocol_error.ts";

const PAYLOADS = [
  new Uint8Array([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]),
  new Uint8Array(0),
  new TextEncoder().encode('{"type":"x"}'),
  new Uint8Array(0),
];

function join(...arrays: Uint8Array[]): Uint8Array {
  return new Uint8Array(arrays.flatMap((array) => [...array]));
}

function read(...chunks: Uint8Array[]): Uint8Array[] {
  const decoder = new MessageDecoder(serverLimit);
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map(({ bytes }) => bytes));
}

/** A length, and the first byte of what it announces. */
function announce(length: number, ...first: number[]): Uint8Array {
  const bytes = new Uint8Array(4 + first.length);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(first, 4);
  return bytes;
}

const STREAM = join(...PAYLOADS.flatMap((payload) => [announce(payload.length), payload]));

Deno.test("MessageDecoder gives the same payloads wherever the stream is split", () => {
  for (let at = 0; at <= STREAM.length; at++) {
    assertEquals(read(STREAM.subarray(0, at), STREAM.subarray(at)), PAYLOADS);
  }
});

Deno.test("MessageDecoder gives the same payloads when it is fed one byte at a time", () => {
  assertEquals(read(...Array.from(STREAM, (byte) => new Uint8Array([byte]))), PAYLOADS);
});

Deno.test("MessageDecoder accepts payloads up to the limit, and no longer ones", () => {
  read(announce(MAX_FRAME_BYTES, 0xff));
  read(announce(MAX_CONTROL_BYTES, 0x7b));
  const refuse = (bytes: Uint8Array, message: string) =>
    assertThrows(() => read(bytes), ProtocolError, message);
  refuse(announce(MAX_FRAME_BYTES + 1), `the limit is ${MAX_FRAME_BYTES}`);
  refuse(announce(MAX_CONTROL_BYTES + 1, 0x7b), `the limit is ${MAX_CONTROL_BYTES}`);
  refuse(announce(0xffffffff), "4294967295 bytes");
});

Deno.test("MessageDecoder refuses a payload that starts like none", () => {
  assertThrows(() => read(announce(5, 0x48)), ProtocolError, "0x48");
});

Deno.test("MessageDecoder accepts no frame from a client", () => {
  const decoder = new MessageDecoder(clientLimit);
  assertThrows(() => [...decoder.push(announce(5, 0xff))], ProtocolError, "0xff");
});
