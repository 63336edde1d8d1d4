import { assertEquals, assertThrows } from "@std/assert";
import { CameraError } from "../../lib/camera/camera_error.ts";
import { MAX_HEADER_BYTES, MpjpegReader } from "../../lib/camera/mpjpeg_reader.ts";
import { MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function stream(...bodies: string[]): Uint8Array {
  return encode(
    "--ffmpeg\r\n" +
      bodies.map((body) =>
        `Content-type: image/jpeg\r\nContent-length: ${body.length}\r\n\r\n${body}\r\n--ffmpeg\r\n`
      ).join(""),
  );
}

function read(...chunks: Uint8Array[]): string[] {
  const reader = new MpjpegReader();
  return chunks.flatMap((chunk) => [...reader.push(chunk)]).map(({ bytes }) =>
    new TextDecoder().decode(bytes)
  );
}

// The second body looks like a boundary.
const BODIES = ["first", "\r\n--ffmpeg\r\nContent-length: 9\r\n\r\n", "third"];

Deno.test("MpjpegReader yields the same frames wherever the stream is split", () => {
  const bytes = stream(...BODIES);
  for (let at = 0; at <= bytes.length; at++) {
    assertEquals(read(bytes.subarray(0, at), bytes.subarray(at)), BODIES);
  }
});

Deno.test("MpjpegReader yields the same frames when it gets one byte at a time", () => {
  assertEquals(read(...Array.from(stream(...BODIES), (byte) => new Uint8Array([byte]))), BODIES);
});

Deno.test("MpjpegReader yields a frame with its last byte, not with the next one's first", () => {
  const bytes = stream("whole");
  assertEquals(read(bytes.subarray(0, bytes.length - "\r\n--ffmpeg\r\n".length)), ["whole"]);
});

Deno.test("MpjpegReader yields a frame when nonsense follows it in the same chunk", () => {
  const frames: Uint8Array[] = [];
  const bytes = new Uint8Array([...stream("whole"), ...encode("\r\n\r\n")]);
  const read = () => {
    for (const memory of new MpjpegReader().push(bytes)) frames.push(memory.bytes);
  };
  assertThrows(read, CameraError, "without a length");
  assertEquals(frames, [encode("whole")]);
});

Deno.test("MpjpegReader throws for a part without a length, a frame too large, and an endless header", () => {
  const refuse = (header: string, message: string) =>
    assertThrows(() => read(encode(header)), CameraError, message);
  refuse("--ffmpeg\r\nContent-type: image/jpeg\r\n\r\n", "without a length");
  refuse("--ffmpeg\r\nContent-length: 0\r\n\r\n", "without a length");
  refuse(`--ffmpeg\r\nContent-length: ${MAX_FRAME_BYTES + 1}\r\n\r\n`, String(MAX_FRAME_BYTES));
  refuse("x".repeat(MAX_HEADER_BYTES + 1), String(MAX_HEADER_BYTES));
});
