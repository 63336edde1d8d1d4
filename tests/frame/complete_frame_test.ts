import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { completeFrame } from "../../lib/frame/complete_frame.ts";
import { EXIF_BYTES, exifBytes, readExif } from "../../lib/frame/exif_block.js";
import type { FrameMeta } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { STANDARD_TABLES } from "../../lib/frame/huffman_tables.ts";
import { JpegError, type JpegFault, segments } from "../../lib/frame/jpeg.ts";
import { nextSequence } from "../../lib/frame/sequence.ts";
import { ffmpeg, jpegsOf, testPictures, withoutTables } from "../support/pictures.ts";

const [jpeg] = await testPictures(1, "640x360");
const [standard] = await jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=1"], [
  ...["-frames:v", "1", "-c:v", "mjpeg", "-huffman", "default"],
]);
const bare = withoutTables(standard);
const META: FrameMeta = { capturedAt: Date.UTC(2026, 10, 23, 6, 31, 5) + 7.042, sequence: 1234 };
const scanData = [...segments(jpeg)].at(-1)!.end;
const jfifEnd = 4 + (jpeg[4] << 8 | jpeg[5]);

function complete(bytes: Uint8Array, meta: FrameMeta = META): Uint8Array<ArrayBuffer> {
  return completeFrame(FrameMemory.copyOf(bytes), meta).bytes;
}

Deno.test("completeFrame() puts Exif behind the JFIF header and changes nothing else", () => {
  const bytes = complete(jpeg);
  assertEquals(bytes.length, jpeg.length + EXIF_BYTES);
  assertEquals(bytes.slice(0, jfifEnd), jpeg.slice(0, jfifEnd));
  assertEquals(bytes.slice(jfifEnd + EXIF_BYTES), jpeg.slice(jfifEnd));
});

Deno.test("completeFrame() works in the memory that the JPEG was written to, with or without tables", () => {
  for (const source of [jpeg, bare]) {
    const memory = FrameMemory.allocate(source.length);
    memory.fill(source, 0);
    const { buffer } = memory.bytes;
    const frame = completeFrame(memory, META);
    assert(frame.bytes.buffer === buffer);
    assertEquals(readExif(frame.bytes)?.sequence, META.sequence);
  }
});

Deno.test("completeFrame() replaces the Exif that a JPEG already has", () => {
  const once = complete(jpeg, { capturedAt: 0, sequence: 1 });
  assertEquals(complete(once), complete(jpeg));
});

Deno.test("completeFrame() replaces Exif of any length and byte order", () => {
  const exif = new Uint8Array(2000);
  exif.set([0xff, 0xe1, 1998 >> 8, 1998 & 0xff, ...new TextEncoder().encode("Exif\0\0II*\0")]);
  const long = [...jpeg.subarray(0, jfifEnd), ...exif, ...jpeg.subarray(jfifEnd)];
  assertEquals(complete(new Uint8Array(long)), complete(jpeg));
});

Deno.test("completeFrame() puts the standard tables in where a JPEG lacks them", async () => {
  const bytes = complete(bare);
  assertEquals(bytes.length, bare.length + EXIF_BYTES + STANDARD_TABLES.length);
  assertEquals(await pixelsOf(bytes), await pixelsOf(standard));
});

Deno.test("completeFrame() cuts off what is behind the end, and only that", () => {
  const whole = complete(jpeg);
  for (const padding of [[0, 0, 0, 0], [0x55, 0xd9, 0, 0xff], new Array(100_000).fill(0)]) {
    assertEquals(complete(new Uint8Array([...jpeg, ...padding])), whole);
  }
});

Deno.test("completeFrame() puts an end marker where a JPEG lacks it, wherever it is cut", () => {
  for (const length of [scanData + 1, jpeg.length / 2, jpeg.length - 2, jpeg.length - 1]) {
    const cut = jpeg.subarray(0, length);
    const bytes = complete(cut);
    assertEquals([...bytes.subarray(-2)], [0xff, 0xd9]);
    const data = jpeg.subarray(jfifEnd, Math.min(length, jpeg.length - 2));
    assertEquals(bytes.subarray(jfifEnd + exifBytes(1, true), -2), data);
  }
});

Deno.test("completeFrame() refuses a torn JPEG, names the fault, and leaves its memory alone", () => {
  const refuse = (bytes: Uint8Array, fault: JpegFault) => {
    const memory = FrameMemory.copyOf(bytes);
    const error = assertThrows(() => completeFrame(memory, META), JpegError);
    assertEquals(error.code, fault);
    assertEquals(memory.bytes, new Uint8Array(bytes));
  };
  refuse(jpeg.subarray(1), "no start");
  refuse(new Uint8Array(0), "no start");
  refuse(new Uint8Array(1000), "no start");
  refuse(jpeg.subarray(0, scanData), "no end");
  refuse(jpeg.subarray(0, 100), "broken header");
});

Deno.test("readExif() reads what completeFrame() wrote, to the microsecond", () => {
  const second = Date.UTC(2026, 0, 1);
  for (const micros of [0, 1, 999, 1000, 999_499, 999_999]) {
    const capturedAt = second + micros / 1000;
    const exif = readExif(complete(jpeg, { capturedAt, sequence: 0xfedcba98 }))!;
    assertAlmostEquals(exif.capturedAt, capturedAt, 0.0006, `at ${micros} µs`);
    assertEquals(exif.sequence, 0xfedcba98);
  }
});

Deno.test("readExif() gives nothing for a JPEG without the block, for half a block, for no JPEG", () => {
  assertEquals(readExif(jpeg), undefined);
  assertEquals(readExif(new Uint8Array([1, 2, 3])), undefined);
  assertEquals(readExif(complete(jpeg).slice(0, 30)), undefined);
});

Deno.test("exiftool reads the capture time and the number", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jpg" });
  try {
    await Deno.writeFile(path, complete(jpeg));
    const { stdout } = await new Deno.Command("exiftool", {
      args: [
        ...["-s3", "-DateTimeOriginal", "-SubSecTimeOriginal", "-OffsetTimeOriginal"],
        ...["-ImageNumber", "-Warning", path],
      ],
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      "2026:11:23 06:31:05\n007042\n+00:00\n1234\n",
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("nextSequence() leaves out numbers that look like a marker, and wraps around", () => {
  assertEquals(nextSequence(1), 2);
  assertEquals(nextSequence(0xffd7), 0xffda);
  assertEquals(nextSequence(0x00ffd7ff), 0x00ffda00);
  assertEquals(nextSequence(0xffffffff), 0);
});

Deno.test("the Exif block never contains a start or end marker, for any time and number", () => {
  let sequence = 65_000;
  for (let i = 0; i < 2000; i++) {
    sequence = nextSequence(sequence);
    const block = complete(jpeg, { capturedAt: i * 1e9, sequence })
      .subarray(jfifEnd + 2, jfifEnd + EXIF_BYTES);
    const found = block.findIndex((byte, at) =>
      byte === 0xff && [0xd8, 0xd9].includes(block[at + 1])
    );
    assertEquals(found, -1, `a marker in the block of number ${sequence}`);
  }
});

/** What ffmpeg decodes a JPEG to. */
async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/in.jpg`, bytes);
    await ffmpeg("-xerror", "-i", `${folder}/in.jpg`, "-f", "rawvideo", `${folder}/out.raw`);
    return await Deno.readFile(`${folder}/out.raw`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readExif() reads times of any decade, and nothing of a block that is cut off", () => {
  for (
    const capturedAt of [0, Date.UTC(2000, 1, 29), Date.UTC(2038, 0, 20), Date.UTC(9999, 11, 31)]
  ) {
    const bytes = complete(jpeg, { capturedAt, sequence: 1 });
    assertEquals(readExif(bytes), { capturedAt, sequence: 1 });
    for (let length = 0; length < jfifEnd + EXIF_BYTES; length++) {
      assertEquals(readExif(bytes.subarray(0, length)), undefined, `of ${length} bytes`);
    }
  }
});
