import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Codec } from "../../lib/decode/codec.ts";
import { completeFrame } from "../../lib/frame/complete_frame.ts";
import { EXIF_BYTES, exifBytes, readExif, wasRepaired } from "../../lib/frame/exif_block.js";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { JpegError, jpegSize } from "../../lib/frame/jpeg.ts";
import { orientationOf } from "../../lib/frame/orientation.ts";
import { pictureWithRestarts, testPictures, withoutTables } from "../support/pictures.ts";
import { DAMAGED, exifWith, find, inserted, REPAIRABLE } from "../support/quirks.ts";

const [jpeg] = await testPictures(1, "320x240", ["-c:v", "mjpeg", "-huffman", "default"]);
const restarting = await pictureWithRestarts();
const codec = await Codec.load();
const expected = codec.decode(jpeg, "full");
const META = { sequence: 5, capturedAt: Date.UTC(2026, 10, 23) };
const jfifEnd = 4 + (jpeg[4] << 8 | jpeg[5]);

function complete(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return completeFrame(FrameMemory.copyOf(bytes), META).bytes;
}

for (const [quirk, give] of Object.entries(REPAIRABLE)) {
  Deno.test(`completeFrame() makes a JPEG with ${quirk} decodable, with the same pixels`, () => {
    const odd = give(jpeg);
    assertNotEquals(odd, jpeg);
    const whole = complete(odd);
    assertEquals(codec.decode(whole, "full"), expected);
    assertEquals(complete(whole), whole);
    assertEquals(readExif(whole), META);
    const isLegal = quirk === "its height given twice";
    assertEquals([wasRepaired(whole), wasRepaired(complete(jpeg))], [!isLegal, false]);
    // It is repaired in its own memory.
    const memory = FrameMemory.copyOf(odd);
    const { buffer } = memory.bytes;
    assert(completeFrame(memory, META).bytes.buffer === buffer);
  });
}

Deno.test("completeFrame() repairs several quirks at once, and missing tables", () => {
  const quirks = [
    "one stray byte",
    "a scan header that ends in 00 00 00",
    "an unknown Adobe transform",
    "its height only behind the scan",
    "no end marker",
  ];
  const odd = quirks.reduce((bytes, quirk) => REPAIRABLE[quirk](bytes), jpeg);
  assertEquals(codec.decode(complete(odd), "full"), expected);
  const bare = REPAIRABLE["a scan header that ends in 00 00 00"](withoutTables(jpeg));
  assertEquals(codec.decode(complete(bare), "full"), expected);
});

Deno.test("completeFrame() says that components called R, G and B are no YCbCr", async () => {
  const [picture] = await testPictures(1, "64x48");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/in.jpg`, picture);
    const command = "djpeg in.jpg | cjpeg -rgb > out.jpg";
    await new Deno.Command("sh", { args: ["-c", command], cwd: folder }).output();
    const adobe = await Deno.readFile(`${folder}/out.jpg`);
    const { start, end } = find(adobe, (marker) => marker === 0xee);
    const bare = new Uint8Array([...adobe.subarray(0, start), ...adobe.subarray(end)]);
    const pixels = codec.decode(complete(adobe), "full");
    assertEquals(codec.decode(complete(bare), "full"), pixels);
    assertNotEquals(codec.decode(bare, "full"), pixels);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("completeFrame() changes no byte of a scan whose restart markers are wrong", () => {
  for (const give of Object.values(DAMAGED)) {
    const odd = give(restarting);
    const { end } = find(odd, (marker) => marker === 0xe0);
    assertEquals(complete(odd).subarray(end + EXIF_BYTES), odd.subarray(end));
  }
});

Deno.test("completeFrame() keeps the orientation of the camera's Exif, of either byte order", () => {
  for (const little of [true, false]) {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const turned = inserted(jpeg, jfifEnd, exifWith(orientation, { little }));
      const whole = complete(turned);
      assertEquals(orientationOf(whole), orientation);
      assertEquals(readExif(whole), META);
      const exif = exifBytes(orientation, false);
      assertEquals(whole.subarray(jfifEnd + exif), jpeg.subarray(jfifEnd));
      assertEquals(complete(whole), whole);
    }
  }
});

Deno.test("completeFrame() keeps the orientation of Exif that stands behind other segments", () => {
  const { start } = find(jpeg, (marker) => marker === 0xc0);
  const whole = complete(inserted(jpeg, start, exifWith(6, { little: true })));
  assertEquals(whole.length, jpeg.length + exifBytes(6, true));
  assertEquals(orientationOf(whole), 6);
  assertEquals(codec.decode(whole, "full"), expected);
});

Deno.test("completeFrame() takes an orientation that makes no sense for upright", () => {
  const long = exifWith(6, { little: true });
  for (
    const exif of [
      exifWith(0, { little: true }),
      exifWith(9, { little: false }),
      // The directory is outside, or the value is not a number of 16 bits.
      long.with(14, 255),
      long.with(34, 4),
    ]
  ) {
    assertEquals(orientationOf(complete(inserted(jpeg, jfifEnd, exif))), 1);
  }
});

Deno.test("exiftool reads the orientation beside the time and the number, and that a JPEG was repaired", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jpg" });
  try {
    const turned = inserted(jpeg, jfifEnd, exifWith(6, { little: true }));
    await Deno.writeFile(path, complete(turned.subarray(0, -2)));
    const { stdout } = await new Deno.Command("exiftool", {
      args: [
        "-s3",
        "-n",
        "-Orientation",
        "-ImageNumber",
        "-SubSecDateTimeOriginal",
        "-CustomRendered",
        "-Warning",
        path,
      ],
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      "6\n5\n2026:11:23 00:00:00.000000+00:00\n1\n",
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("completeFrame() refuses a JPEG without a height anywhere, and leaves its memory alone", () => {
  const { start } = find(jpeg, (marker) => marker === 0xc0);
  const flat = jpeg.slice();
  flat.set([0, 0], start + 5);
  const memory = FrameMemory.copyOf(flat);
  assertThrows(() => completeFrame(memory, META), JpegError, "it gives no height");
  assertEquals(memory.bytes, flat);
});

Deno.test("completeFrame() refuses a JPEG in whose header another one begins or ends", () => {
  const { start } = find(jpeg, (marker) => marker === 0xc0);
  assertThrows(
    () => complete(inserted(jpeg, start, [0xff, 0xd8])),
    JpegError,
    "another one begins",
  );
  assertThrows(() => complete(inserted(jpeg, start, [0xff, 0xd9])), JpegError, "it ends at byte");
});

Deno.test("jpegSize() refuses stray bytes in the header, which may hide another one", () => {
  const { start, end } = find(jpeg, (marker) => marker === 0xc0);
  const large = [...jpeg.subarray(start, end)];
  large.splice(5, 4, 0xff, 0xdc, 0xff, 0xdc);
  // A reader that takes FF 00 for a segment skips the second frame header.
  const hidden = inserted(jpeg, end, [0xff, 0, 0, 21, ...large]);
  for (const odd of [hidden, inserted(jpeg, end, [0xff, 1]), inserted(jpeg, end, [0])]) {
    assertThrows(() => jpegSize(odd), JpegError, "stray bytes before byte");
  }
  // Fill bytes are no stray bytes (B.1.1.2).
  assertEquals(jpegSize(inserted(jpeg, end, [0xff, 0xff])), { width: 320, height: 240 });
});

Deno.test("jpegSize() refuses a JPEG with two frame headers", () => {
  const { start, end } = find(jpeg, (marker) => marker === 0xc0);
  const twice = inserted(jpeg, end, [...jpeg.subarray(start, end)]);
  assertThrows(() => jpegSize(twice), JpegError, "it has two frame headers");
});
