/**
 * Properties of the reader of JPEGs and their Exif.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fc } from "../support/packages.ts";
import { Codec, MAX_PIXELS } from "../../lib/decode/codec.ts";
import { STANDARD_TABLES } from "../../lib/frame/huffman_tables.ts";
import { completeFrame } from "../../lib/frame/complete_frame.ts";
import { MAX_EXIF_BYTES, readExif } from "../../lib/frame/exif_block.js";
import type { FrameMeta } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { DHT, JpegError, jpegSize, segments } from "../../lib/frame/jpeg.ts";
import { testPictures, withoutTables } from "../support/pictures.ts";
import { mutated } from "./mutation.ts";
import { type Property, property, thrown } from "./property.ts";

const CAPTURED_AT = Date.UTC(2026, 10, 23, 6, 31, 5) + 7.042;

const plain = (await Promise.all([
  testPictures(1, "48x32"),
  testPictures(1, "32x48", ["-pix_fmt", "yuvj444p"]),
  testPictures(1, "64x16", ["-c:v", "mjpeg", "-huffman", "default"]),
])).flat();
const [, , standard] = plain;
const bare = withoutTables(standard);
/** What an end marker may add. */
const END_BYTES = 2;
const META: FrameMeta = { capturedAt: CAPTURED_AT, sequence: 7 };
const stamped = plain.map((jpeg) => complete(jpeg));

function complete(jpeg: Uint8Array, meta: FrameMeta = META): Uint8Array<ArrayBuffer> {
  return completeFrame(FrameMemory.copyOf(jpeg), meta).bytes;
}

/** JPEGs with and without Huffman tables, with and without Exif. */
export const PICTURES: readonly Uint8Array[] = [...plain, bare, ...stamped];

const pictures = mutated(fc.constantFrom(...PICTURES));
const exifs = fc.record({
  capturedAt: fc.integer({ min: 0, max: 4e12 }).chain((ms) =>
    fc.nat(999).map((micros) => ms + micros / 1000)
  ),
  sequence: fc.nat(0xffffffff),
});

function completes(bytes: Uint8Array): void {
  let whole = new Uint8Array(0);
  if (thrown(() => whole = complete(bytes), JpegError)) return;
  assertEquals([...whole.subarray(0, 2), ...whole.subarray(-2)], [0xff, 0xd8, 0xff, 0xd9]);
  assert(whole.length <= bytes.length + MAX_EXIF_BYTES + STANDARD_TABLES.length + END_BYTES);
  assert([...segments(whole)].some(({ marker }) => marker === DHT));
  assertEquals(complete(whole), whole);
  assertEquals(complete(new Uint8Array([...whole, 0, 0, 0xff, 0])), whole);
}

function sizeOf(bytes: Uint8Array): { width: number; height: number } | undefined {
  let size: { width: number; height: number } | undefined;
  thrown(() => size = jpegSize(bytes), JpegError);
  return size;
}

const codec = await Codec.load();

/** All properties of this module. */
export const jpeg: readonly Property[] = [
  property(
    "completeFrame() completes a JPEG or refuses it, and leaves a complete one unchanged",
    pictures,
    completes,
  ),
  property("jpegSize() returns integers of 16 bits or refuses the JPEG", pictures, (bytes) => {
    const size = sizeOf(bytes);
    if (!size) return;
    for (const side of [size.width, size.height]) {
      assert(Number.isInteger(side) && side > 0 && side <= 0xffff);
    }
  }),
  property(
    "readExif() returns what completeFrame() wrote into any JPEG that it accepts",
    fc.tuple(pictures, exifs),
    ([bytes, exif]) => {
      let written = new Uint8Array(0);
      if (thrown(() => written = complete(bytes, exif), JpegError)) return;
      const { capturedAt, sequence } = readExif(written)!;
      assertEquals(sequence, exif.sequence);
      assertAlmostEquals(capturedAt, exif.capturedAt, 0.0006);
      // A header that decoders read differently has no size until it is completed.
      const size = sizeOf(bytes);
      if (size) assertEquals(sizeOf(written), size);
    },
  ),
  property(
    "readExif() returns a valid time and a number of 32 bits, or nothing",
    mutated(fc.constantFrom(...stamped).map((bytes) => bytes.subarray(0, 400))),
    (bytes) => {
      const exif = readExif(bytes);
      if (!exif) return;
      assert(Number.isFinite(new Date(exif.capturedAt).getTime()), `${exif.capturedAt}`);
      assertEquals(exif.sequence >>> 0, exif.sequence);
    },
  ),
  property(
    "Codec decodes a JPEG to no more pixels than its header announces, or refuses it",
    pictures,
    (bytes) => {
      const refused = thrown(() => {
        const { width, height, size, buffer } = codec.decode(bytes, "eighth");
        assert(size[0] * size[1] <= MAX_PIXELS);
        assert(width * height <= size[0] * size[1]);
        assert(buffer.length <= 4 * width * height);
      }, JpegError);
      assert(!refused || refused.message.length > 0);
    },
    0.5,
  ),
];
