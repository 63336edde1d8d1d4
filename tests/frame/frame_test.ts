import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Envelope, Frame } from "../../lib/frame/frame.ts";
import { ENVELOPE_HEAD_BYTES, FrameMemory, free } from "../../lib/frame/frame_memory.ts";

const META = { sequence: 1, capturedAt: 0 };

function envelope(head: number[], tail: number[] = []): Envelope {
  return { head: () => new Uint8Array(head), tail: new Uint8Array(tail) };
}

function frame(...bytes: number[]): Frame {
  return new Frame(FrameMemory.copyOf(new Uint8Array(bytes)), META);
}

Deno.test("FrameMemory is filled from chunks of any size, and takes no more than it needs", () => {
  for (const size of [1, 2, 5, 6, 100]) {
    const source = Uint8Array.from({ length: 12 }, (_, i) => i);
    const memory = FrameMemory.allocate(5);
    let at = 0;
    for (let from = 0; !memory.isFull; from += size) {
      const chunk = source.subarray(from, from + size);
      at = from + memory.fill(chunk, 0);
    }
    assertEquals([...memory.bytes], [0, 1, 2, 3, 4]);
    assertEquals(at, 5);
  }
});

Deno.test("FrameMemory grows into its room without moving its bytes, and no further", () => {
  const memory = FrameMemory.allocate(2, { headroom: 3, tailroom: 1 });
  memory.fill(new Uint8Array([7, 8]), 0);
  const { buffer } = memory.bytes;
  memory.prepend(2);
  memory.append(1);
  assertEquals([...memory.bytes], [0, 0, 7, 8, 0]);
  assert(memory.bytes.buffer === buffer);
  assertThrows(() => memory.prepend(2), RangeError, "room for 1");
  assertThrows(() => memory.append(1), RangeError, "room for 0");
  memory.prepend(-2);
  memory.append(-1);
  assertEquals([...memory.bytes], [7, 8]);
});

Deno.test("seal() builds the envelope around the frame in its own memory, once for all", () => {
  const sealed = frame(1, 2, 3);
  const { bytes } = sealed;
  const wire = envelope([9, 9], [8]);
  const [piece, ...others] = sealed.seal(wire);
  assertEquals([...piece], [9, 9, 1, 2, 3, 8]);
  assertEquals(others, []);
  assert(piece.buffer === bytes.buffer);
  assert(sealed.seal(wire)[0] === piece);
  assertEquals([...bytes], [1, 2, 3]);
});

Deno.test("seal() gives a second kind of envelope in pieces, and spoils neither", () => {
  const sealed = frame(1, 2, 3);
  const first = envelope([9, 9, 9, 9]);
  const second = envelope([7], [6, 6]);
  const [piece] = sealed.seal(first);
  const pieces = sealed.seal(second);
  assertEquals(pieces.map((part) => [...part]), [[7], [1, 2, 3], [6, 6]]);
  assert(pieces[1].buffer === piece.buffer);
  assertEquals([...piece], [9, 9, 9, 9, 1, 2, 3]);
});

Deno.test("seal() gives pieces where there is no room for the envelope", () => {
  const adopted = new Frame(FrameMemory.adopt(new Uint8Array([1, 2])), META);
  const pieces = adopted.seal(envelope(new Array(ENVELOPE_HEAD_BYTES).fill(5), [6]));
  assertEquals(pieces.map(({ length }) => length), [ENVELOPE_HEAD_BYTES, 2, 1]);
});

Deno.test("a frame's memory is freed when its last holder releases it, and not before", () => {
  const held = frame(1, 2, 3);
  const { bytes } = held;
  held.retain();
  held.release();
  assertEquals([...held.bytes], [1, 2, 3]);
  held.release();
  assert(bytes.buffer.detached);
});

Deno.test("a frame throws when it is read, retained or released after its memory was freed", () => {
  const gone = frame(1, 2, 3);
  gone.release();
  assertThrows(() => gone.bytes, TypeError, "Cannot read a frame");
  assertThrows(() => gone.retain(), TypeError, "Cannot retain a frame");
  assertThrows(() => gone.release(), TypeError, "Cannot release a frame");
  assertThrows(() => gone.seal(envelope([1])), TypeError, "Cannot");
});

Deno.test("free() frees memory at once, without a collection, once or twice", () => {
  const MIB = 2 ** 20;
  const before = Deno.memoryUsage().external;
  const bytes = new Uint8Array(64 * MIB);
  assert(Deno.memoryUsage().external >= before + 64 * MIB);
  free(bytes);
  free(bytes);
  assert(Deno.memoryUsage().external < before + MIB);
  assertEquals(bytes.length, 0);
});
