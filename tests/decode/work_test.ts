import { assert, assertEquals, assertThrows } from "@std/assert";
import { judge } from "../../lib/decode/codec.ts";
import { InterruptError, interruptible } from "../../lib/decode/interrupt.ts";
import { MAX_BLOCK_VISITS, MAX_PROGRESSIVE_PIXELS } from "../../lib/decode/work.ts";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { photographs, testPictures } from "../support/pictures.ts";
import { find, inserted } from "../support/quirks.ts";

const isFrame = (marker: number) => marker === 0xc0 || marker === 0xc2;
const isScan = (marker: number) => marker === 0xda;

/** A JPEG that announces a size, with zeros behind its end so that it has the bytes for it. */
function announcing(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  const padded = new Uint8Array(Math.max(jpeg.length, Math.ceil(width * height / 500)));
  padded.set(jpeg);
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  padded.set(size, find(padded, isFrame).start + 5);
  return padded;
}

/** A JPEG with more scans behind the first one's data, of no data each. */
function withScans(jpeg: Uint8Array, count: number): Uint8Array {
  const { start, end } = find(jpeg, isScan);
  const scan = [...jpeg.subarray(start, end)];
  const scans = Array.from({ length: count }, () => scan).flat();
  return inserted(jpeg, jpeg.length - 2, scans);
}

const [plain] = await testPictures(1, "320x240");
const progressive = (await photographs()).find((jpeg) => find(jpeg, isFrame).marker === 0xc2)!;

Deno.test("judge() counts the blocks of each scan, also of those behind the first", () => {
  assertEquals(judge(plain), { size: [320, 240], visits: 40 * 30 * 3 });
  assertEquals(judge(withScans(plain, 9)).visits, 10 * 40 * 30 * 3);
  assert(judge(progressive).visits > 20 * 15 * 3);
});

Deno.test("judge() takes 64 megapixels in one scan", () => {
  const { visits } = judge(announcing(plain, 8000, 8000));
  assert(visits < MAX_BLOCK_VISITS);
});

Deno.test("judge() refuses a JPEG whose scans are too much work, before anything is decoded", () => {
  const many = withScans(announcing(plain, 4000, 3900).subarray(0, plain.length), 5);
  const padded = new Uint8Array(40_000);
  padded.set(many);
  assertThrows(() => judge(padded), JpegError, "its 6 scans of 4000x3900 pixels are too much work");
});

Deno.test("judge() refuses a progressive JPEG of too many pixels", () => {
  const large = announcing(progressive, 4001, 4000);
  assert(4001 * 4000 > MAX_PROGRESSIVE_PIXELS);
  assertThrows(() => judge(large), JpegError, "the limit for progressive ones is 16000000");
});

Deno.test("judge() refuses a second frame header, wherever it stands", () => {
  const { start, end } = find(plain, isFrame);
  const header = [...plain.subarray(start, end)];
  for (const at of [end, find(plain, isScan).start, plain.length - 2]) {
    assertThrows(() => judge(inserted(plain, at, header)), JpegError, "it has two frame headers");
  }
});

Deno.test("interruptible() returns what the job returns, and throws what it throws", async () => {
  assertEquals(interruptible(() => 3, 60_000), 3);
  assertThrows(() => interruptible(() => assert(false, "mine"), 60_000), Error, "mine");
  assertEquals(await interruptible(async () => await Promise.resolve(5), 60_000), 5);
});

Deno.test("interruptible() stops endless loops, one after the other and one inside a try", () => {
  let caught = 0;
  const loops = [
    () => {
      while (true);
    },
    () => {
      try {
        while (true);
      } finally {
        caught++;
      }
    },
  ];
  for (const loop of loops) {
    assertThrows(() => interruptible(loop, 50), InterruptError, "it took over 0.05 s");
    assertEquals(interruptible(() => 3, 60_000), 3);
  }
  // Nothing of the job runs on, not even that.
  assertEquals(caught, 0);
});

Deno.test("interruptible() stops an endless loop that awaits what is there already", async () => {
  const loop = async () => {
    while (true) await null;
  };
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      assertThrows(() => interruptible(loop, 50), InterruptError, "it took over 0.05 s");
      resolve();
    });
  });
  assertEquals(await interruptible(async () => await Promise.resolve(3), 60_000), 3);
  // It still waits for what comes later.
  const later = () => new Promise((resolve) => setTimeout(() => resolve(4)));
  assertEquals(await interruptible(later, 60_000), 4);
});
