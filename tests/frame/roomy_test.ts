import { assert, assertEquals } from "@std/assert";
import { extend, roomyBytes } from "../../lib/frame/roomy.ts";

/** Bytes 1, 2, 3 with three free ones before and one behind them. */
function three(): Uint8Array<ArrayBuffer> {
  const bytes = roomyBytes(3, 3, 1);
  bytes.set([1, 2, 3]);
  return bytes;
}

Deno.test("extend() gives the same memory when there is room, and the bytes stay as they are", () => {
  const bytes = three();
  const extended = extend(bytes, 2, 1);
  assertEquals([...extended], [0, 0, 1, 2, 3, 0]);
  assert(extended.buffer === bytes.buffer);
  extended.set([8, 9]);
  assertEquals([...bytes], [1, 2, 3]);
});

Deno.test("extend() gives what is left of the room to what was extended", () => {
  const once = extend(three(), 2);
  once.set([8, 9]);
  const twice = extend(once, 1);
  assert(twice.buffer === once.buffer);
  assertEquals([...twice], [0, 8, 9, 1, 2, 3]);
});

Deno.test("extend() gives a copy when the room was given away, is too small, or there is none", () => {
  const bytes = three();
  const first = extend(bytes, 2, 1);
  first.set([8, 9]);
  for (const [before, behind] of [[1, 0], [0, 1], [3, 1]]) {
    const second = extend(bytes, before, behind);
    assert(second.buffer !== bytes.buffer);
    assertEquals([...second.subarray(before, before + 3)], [1, 2, 3]);
  }
  for (const [before, behind] of [[4, 0], [0, 2], [0, 0]]) {
    const small = three();
    assert(extend(small, before, behind).buffer !== small.buffer);
  }
  const plain = new Uint8Array([0, 0, 1, 2, 3, 0]).subarray(2, 5);
  assertEquals([...extend(plain, 1, 1)], [0, 1, 2, 3, 0]);
  assert(extend(plain, 1, 1).buffer !== plain.buffer);
});

Deno.test("extend() copies a part of roomy bytes, before and behind which others are", () => {
  const bytes = three();
  assert(extend(bytes.subarray(1), 1).buffer !== bytes.buffer);
  assert(extend(bytes.subarray(0, 2), 0, 1).buffer !== bytes.buffer);
});
