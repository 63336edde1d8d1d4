import { assertEquals, assertThrows } from "@std/assert";
import { decodeControl, encodeControl, LENGTH_PREFIX } from "../../lib/wire/codec.ts";
import { Frame } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { ClientMessage, ServerMessage } from "../../lib/wire/protocol.ts";
import { ProtocolError } from "../../lib/wire/protocol_error.ts";

const payload = (text: string) => new TextEncoder().encode(text);

Deno.test("encodeControl() puts the length in front, big-endian", () => {
  const bytes = encodeControl({ type: "hello", version: 1 });
  assertEquals([...bytes.subarray(0, 4)], [0, 0, 0, bytes.length - 4]);
  assertEquals(new TextDecoder().decode(bytes.subarray(4)), '{"type":"hello","version":1}');
});

Deno.test("LENGTH_PREFIX puts a frame's length in front, in the frame's own memory", () => {
  const frame = new Frame(FrameMemory.copyOf(new Uint8Array(300)), { sequence: 1, capturedAt: 0 });
  const [message, ...others] = frame.seal(LENGTH_PREFIX);
  assertEquals(others, []);
  assertEquals(message.buffer, frame.bytes.buffer);
  assertEquals([...message.subarray(0, 4)], [0, 0, 300 >> 8, 300 & 0xff]);
  assertEquals(message.length, 304);
});

Deno.test("decodeControl() reads what encodeControl() wrote", () => {
  const message = { type: "camera", state: "lost", reason: "unplugged – é" } as const;
  assertEquals(decodeControl(encodeControl(message).subarray(4), ServerMessage), message);
});

Deno.test("decodeControl() ignores an unknown type and unknown fields", () => {
  assertEquals(decodeControl(payload('{"type":"news","x":1}'), ServerMessage), undefined);
  assertEquals(
    decodeControl(payload('{"type":"ping","sent":1,"x":{}}'), ClientMessage),
    { type: "ping", sent: 1 },
  );
});

Deno.test("decodeControl() refuses what is not JSON, has no type, or lacks what its type needs", () => {
  const refuse = (bytes: Uint8Array, message: string) =>
    assertThrows(() => decodeControl(bytes, ClientMessage), ProtocolError, message);
  refuse(payload("{type:1}"), "not JSON");
  refuse(new Uint8Array([0x7b, 0xff]), "not JSON");
  refuse(payload('{"version":1}'), "no type");
  refuse(payload('{"type":1}'), "no type");
  refuse(payload('{"type":"hello"}'), '"hello" does not fit');
  refuse(payload('{"type":"hello","version":"1"}'), '"hello" does not fit');
});

Deno.test("decodeControl() refuses numbers that JSON cannot write, and times that no date can hold", () => {
  const refuse = (text: string, messages: typeof ClientMessage | typeof ServerMessage) =>
    assertThrows(() => decodeControl(payload(text), messages), ProtocolError, "does not fit");
  refuse('{"type":"ping","sent":1e999}', ClientMessage);
  refuse('{"type":"pong","sent":0,"now":1e999}', ServerMessage);
  refuse('{"type":"pong","sent":0,"now":8.7e15}', ServerMessage);
  refuse('{"type":"pong","sent":0,"now":-1}', ServerMessage);
});
