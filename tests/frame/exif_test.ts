import { assertAlmostEquals, assertEquals } from "@std/assert";
import { EXIF_BYTES, nextSequence, readExif, writeExif } from "../../lib/frame/exif.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);
const CAPTURED_AT = Date.UTC(2026, 10, 23, 6, 31, 5) + 7.042;

Deno.test("readExif() gives what writeExif() wrote, to the microsecond", () => {
  const exif = readExif(writeExif(picture, { capturedAt: CAPTURED_AT, sequence: 0xfedcba98 }));
  assertEquals(exif?.sequence, 0xfedcba98);
  assertAlmostEquals(exif!.capturedAt, CAPTURED_AT, 0.0006);
});

Deno.test("readExif() is exact at the edges of a second", () => {
  for (const micros of [0, 1, 999, 1000, 999_499, 999_999]) {
    const capturedAt = Date.UTC(2026, 0, 1) + micros / 1000;
    const exif = readExif(writeExif(picture, { capturedAt, sequence: 1 }));
    assertAlmostEquals(exif!.capturedAt, capturedAt, 0.0006, `at ${micros} µs`);
  }
});

Deno.test("readExif() gives nothing for a picture without the block, and for no picture", () => {
  assertEquals(readExif(picture), undefined);
  assertEquals(readExif(new Uint8Array([1, 2, 3])), undefined);
  assertEquals(
    readExif(writeExif(picture, { capturedAt: 0, sequence: 1 }).slice(0, 30)),
    undefined,
  );
});

Deno.test("writeExif() changes nothing but to put the block behind the JFIF header", () => {
  const written = writeExif(picture, { capturedAt: CAPTURED_AT, sequence: 1 });
  const jfifEnd = 4 + (picture[4] << 8 | picture[5]);
  assertEquals(written.length, picture.length + EXIF_BYTES);
  assertEquals(written.slice(0, jfifEnd), picture.slice(0, jfifEnd));
  assertEquals(written.slice(jfifEnd + EXIF_BYTES), picture.slice(jfifEnd));
});

Deno.test("writeExif() replaces the block that a picture already has", () => {
  const once = writeExif(picture, { capturedAt: 0, sequence: 1 });
  const twice = writeExif(once, { capturedAt: CAPTURED_AT, sequence: 2 });
  assertEquals(twice, writeExif(picture, { capturedAt: CAPTURED_AT, sequence: 2 }));
});

Deno.test("exiftool reads the capture time and the number", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jpg" });
  try {
    const bytes = writeExif(picture, { capturedAt: CAPTURED_AT, sequence: 1234 });
    await Deno.writeFile(path, bytes);
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

Deno.test("nextSequence() leaves out numbers that look like a marker, and starts again at the end", () => {
  assertEquals(nextSequence(1), 2);
  assertEquals(nextSequence(0xffd7), 0xffda);
  assertEquals(nextSequence(0x00ffd7ff), 0x00ffda00);
  assertEquals(nextSequence(0xffffffff), 0);
});

Deno.test("writeExif() puts no start or end of a picture into the block when time and number are anything", () => {
  let sequence = 65_000;
  for (let i = 0; i < 2000; i++) {
    sequence = nextSequence(sequence);
    const jfifEnd = 4 + (picture[4] << 8 | picture[5]);
    const block = writeExif(picture, { capturedAt: i * 1e9, sequence })
      .subarray(jfifEnd + 2, jfifEnd + EXIF_BYTES);
    const found = block.findIndex((byte, at) =>
      byte === 0xff && [0xd8, 0xd9].includes(block[at + 1])
    );
    assertEquals(found, -1, `a marker in the block of number ${sequence}`);
  }
});
