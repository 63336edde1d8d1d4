import { assert, assertEquals } from "@std/assert";
import {
  JpegStreamReader,
  type JpegStreamReaderOptions,
  MAX_PREVIEWS,
} from "../../lib/camera/jpeg_stream_reader.ts";
import { MAX_LINE_BYTES } from "../../lib/camera/gap.ts";
import { MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";
import { photographs, testPictures } from "../support/pictures.ts";

const pictures = await testPictures(4);
const thumbnail = (await testPictures(1, "32x24"))[0];
/** Baseline and progressive, with restart markers and without. */
const photos = (await photographs()).slice(0, 6);

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function joined(...pieces: (string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    pieces.flatMap((piece) => [...typeof piece === "string" ? bytes(piece) : piece]),
  );
}

function readAll(
  chunks: readonly Uint8Array[],
  options?: JpegStreamReaderOptions,
): Uint8Array[] {
  const reader = new JpegStreamReader(options);
  return chunks.flatMap((chunk) => [...reader.push(chunk)]).map((memory) => memory.bytes);
}

function assertSame(found: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  assertEquals(found.map(({ length }) => length), expected.map(({ length }) => length));
  found.forEach((one, i) => assert(one.every((byte, at) => byte === expected[i][at]), `JPEG ${i}`));
}

/** Pieces of every size, from one byte to all of it. */
const CUTS = [1, 2, 3, 7, 1460, 65_536, Infinity];

function assertFinds(
  stream: Uint8Array,
  expected: readonly Uint8Array[],
  options?: JpegStreamReaderOptions,
): void {
  for (const size of CUTS) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    assertSame(readAll(chunks, options), expected);
  }
}

const withoutEnd = (jpeg: Uint8Array) => jpeg.subarray(0, -2);
const withThumbnail = (jpeg: Uint8Array, thumbnail: Uint8Array) =>
  joined(
    jpeg.subarray(0, 2),
    "\xff\xe1",
    new Uint8Array([thumbnail.length + 8 >> 8, (thumbnail.length + 8) & 0xff]),
    "Exif\0\0",
    thumbnail,
    jpeg.subarray(2),
  );

/** A part, in the many forms of cameras. */
type Form = (jpeg: Uint8Array) => Uint8Array;

const FORMS: Record<string, Form> = {
  "parts of ffmpeg": (jpeg) =>
    joined(
      `Content-type: image/jpeg\r\nContent-length: ${jpeg.length}\r\n\r\n`,
      jpeg,
      "\r\n--b\r\n",
    ),
  "boundaries in front": (jpeg) =>
    joined(
      `--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`,
      jpeg,
      "\r\n",
    ),
  "no length": (jpeg) => joined("--b\r\nContent-Type: image/jpeg\r\n\r\n", jpeg, "\r\n"),
  "lengths that are too large by 100": (jpeg) =>
    joined(`--b\r\nContent-Length: ${jpeg.length + 100}\r\n\r\n`, jpeg, "\r\n"),
  "lengths that are too small by 100": (jpeg) =>
    joined(`--b\r\nContent-Length: ${jpeg.length - 100}\r\n\r\n`, jpeg, "\r\n"),
  "lengths of zero": (jpeg) => joined("--b\r\nContent-Length: 0\r\n\r\n", jpeg, "\r\n"),
  "huge lengths": (jpeg) =>
    joined("--b\r\nContent-Length: 99999999999999999999\r\n\r\n", jpeg, "\r\n"),
  "lengths in quotes, and capitals": (jpeg) =>
    joined(`--b\r\nCONTENT-LENGTH : "${jpeg.length}"\r\n\r\n`, jpeg, "\r\n"),
  "line feeds only": (jpeg) =>
    joined(`--b\nContent-Type: image/jpeg\nContent-Length: ${jpeg.length}\n\n`, jpeg, "\n"),
  "the boundary and a header on one line": (jpeg) =>
    joined("--bContent-Type: image/jpeg\r\n\r\n", jpeg, "\r\n"),
  "text in front": (jpeg) => joined("hello, hello\r\n\r\n--b\r\n\r\n", jpeg, "\r\n"),
  "other parts in between": (jpeg) =>
    joined(
      "--b\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello\r\n--b\r\n\r\n",
      jpeg,
    ),
  "sounds in between, in which a JPEG seems to start": (jpeg) =>
    joined(
      "--b\r\nContent-Type: audio/basic\r\n\r\n\xff\xff\xd8\xff\xe0\0\x10\r\n-\xff\xd8\xff",
      "\r\n--b\r\n\r\n",
      jpeg,
      "\r\n",
    ),
  "such sounds, as long as their headers say, and no boundary behind": (jpeg) =>
    joined("--b\nContent-Length: 6\nContent-Type: audio/x\n\n==\xff\xd8\xff\xe0", jpeg),
  "types that are wrong": (jpeg) => joined("--b\r\nContent-Type: text/plain\r\n\r\n", jpeg, "\r\n"),
  "a folded header": (jpeg) =>
    joined(`--b\r\nContent-Length:\r\n ${jpeg.length}\r\n\r\n`, jpeg, "\r\n"),
  "carriage returns only": (jpeg) =>
    joined(`--b\rContent-Type: image/jpeg\rContent-Length: ${jpeg.length}\r\r`, jpeg, "\r"),
  "zeros and a byte order mark around boundaries": (jpeg) =>
    joined("\0\0\xef\xbb\xbf--b\0\r\nContent-Type: image/jpeg\r\n\r\n", jpeg, "\r\n"),
  "very long headers": (jpeg) =>
    joined(
      `--b\r\nContent-Length: ${jpeg.length}\r\nX: ${"y".repeat(9000)}\r\n\r\n`,
      jpeg,
      "\r\n",
    ),
  "previews behind the picture": (jpeg) =>
    joined("--b\r\nContent-Type: image/jpeg\r\n\r\n", jpeg, thumbnail, "\0\0", thumbnail, "\r\n"),
  "lengths that include a preview": (jpeg) =>
    joined(`--b\r\nContent-Length: ${jpeg.length + thumbnail.length}\r\n\r\n`, jpeg, thumbnail),
  "empty parts in between": (jpeg) =>
    joined("--b\r\nContent-Length: 0\r\n\r\n\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n", jpeg),
  "nothing but JPEGs": (jpeg) => jpeg,
  "padding in between": (jpeg) => joined(jpeg, new Uint8Array(3000), "\xff\xff\xff"),
};

for (const [form, write] of Object.entries(FORMS)) {
  Deno.test(`JpegStreamReader finds all JPEGs with ${form}, wherever the stream is split`, () => {
    assertFinds(joined(...pictures.map(write)), pictures);
    assertFinds(joined("--b\r\n", ...pictures.map(write)), pictures);
  });

  Deno.test(`JpegStreamReader yields a JPEG with its last byte, with ${form}`, () => {
    const reader = new JpegStreamReader();
    for (const picture of pictures) {
      const part = write(picture);
      const end = part.length - (part.length - part.lastIndexOf(0xd9) - 1);
      const found = [...reader.push(part.subarray(0, end))];
      assertSame(found.map((memory) => memory.bytes), [picture]);
      assertEquals([...reader.push(part.subarray(end))], []);
    }
  });
}

Deno.test("JpegStreamReader skips three previews of a part, and then takes no boundary for granted", () => {
  assertEquals(MAX_PREVIEWS, 3);
  const small = Array(5).fill(thumbnail);
  assertFinds(joined("--b\r\n\r\n", pictures[3], ...small), [pictures[3], ...small.slice(3)]);
  assertFinds(joined("--b\r\n\r\n", ...pictures), pictures);
});

Deno.test("JpegStreamReader takes a JPEG that is sent again in the same part", () => {
  const torn = pictures[0].subarray(0, 9000);
  assertFinds(joined("--b\r\n\r\n", torn, pictures[1]), [torn, pictures[1]]);
});

Deno.test("JpegStreamReader takes JPEGs again when a part of another type never ends", () => {
  const sound = new Uint8Array(MAX_FRAME_BYTES);
  const stream = joined("--b\nContent-Type: audio/x\n\n=\xff\xd8");
  const reader = new JpegStreamReader();
  for (const chunk of [stream, sound]) assertEquals([...reader.push(chunk)], []);
  assertSame([...reader.push(pictures[1])].map((memory) => memory.bytes), [pictures[1]]);
});

Deno.test("JpegStreamReader takes the picture, not the thumbnail in its Exif", () => {
  const whole = pictures.map((picture) => withThumbnail(picture, thumbnail));
  assertFinds(joined(...whole), whole);
});

Deno.test("JpegStreamReader finds every kind of JPEG, and tolerates stray bytes between segments", () => {
  const at = (start: number, stray: string) =>
    joined(pictures[0].subarray(0, start), stray, pictures[0].subarray(start));
  const odd = [at(2, "\0\0"), at(2, "\xff\xff"), at(20, "\0\xff\0")];
  assertFinds(joined(...odd, ...photos), [...odd, ...photos]);
});

Deno.test("JpegStreamReader takes JPEGs without an end marker by their lengths", () => {
  const open = pictures.map(withoutEnd);
  assertFinds(joined(...open.map(FORMS["parts of ffmpeg"])), open);
  assertFinds(joined(...open.map(FORMS["parts of ffmpeg"])), open, { trustLengths: true });
});

Deno.test("JpegStreamReader waits for the boundary once when JPEGs lack their end, then no more", () => {
  const reader = new JpegStreamReader();
  const part = FORMS["boundaries in front"];
  const [first, second, third] = pictures.map(withoutEnd).map(part);
  const counts = [first, second, third].map((bytes) =>
    [...reader.push(bytes.subarray(0, -2))].length
  );
  // The first one is proved by the second one's boundary.
  assertEquals(counts, [0, 2, 1]);
});

Deno.test("JpegStreamReader ends a JPEG without length and end where the next one starts", () => {
  const open = pictures.map(withoutEnd);
  assertFinds(joined(...open.map(FORMS["no length"]), "--b\r\n\r\n\xff\xd8"), open);
});

Deno.test("JpegStreamReader goes by the markers once a length was wrong, and loses no JPEG", () => {
  const { [FORMS_RIGHT]: right, [FORMS_WRONG]: wrong } = FORMS;
  const [a, b, c, d] = pictures;
  assertFinds(joined(right(a), wrong(b), right(c), right(d), right(a)), [a, b, c, d, a]);
});

const FORMS_RIGHT = "boundaries in front";
const FORMS_WRONG = "lengths that are too small by 100";

Deno.test("JpegStreamReader waits for no more than a JPEG when a length is far too large", () => {
  const [first, second, third, fourth] = pictures;
  const reader = new JpegStreamReader();
  const header = (length: number) => bytes(`--b\r\nContent-Length: ${length}\r\n\r\n`);
  const lengths = [first.length, second.length, 9_999_999, fourth.length];
  for (const [i, picture] of [first, second, third, fourth].entries()) {
    const found = [...reader.push(joined(header(lengths[i]), picture, "\r\n"))];
    assertSame(found.map((memory) => memory.bytes), [picture]);
  }
});

Deno.test("JpegStreamReader drops nothing but the torn one when a camera breaks off in a JPEG", () => {
  const [a, b, c] = pictures;
  const torn = b.subarray(0, b.length / 2);
  assertFinds(joined(a, torn, c), [a, torn, c]);
  const part = FORMS["parts of ffmpeg"];
  assertFinds(joined(part(a), part(torn), part(c)), [a, torn, c]);
});

Deno.test("JpegStreamReader cuts an endless JPEG, keeps little of it, and goes on with the next", () => {
  let count = 0;
  const reader = new JpegStreamReader({ onTooLarge: () => count++ });
  const scan = pictures[0].subarray(0, -2);
  const noise = new Uint8Array(1 << 20).fill(0x55);
  assertEquals([...reader.push(scan)], []);
  for (let i = 0; i < 40; i++) assertEquals([...reader.push(noise)], []);
  assertEquals(count, 1);
  assertSame([...reader.push(pictures[1])].map((memory) => memory.bytes), [pictures[1]]);
});

Deno.test("JpegStreamReader loses nothing but the part when ffmpeg sends an empty one", () => {
  const empty = "Content-length: 0\r\n\r\n\r\n--b\r\n";
  const [a, b] = pictures.map(FORMS["parts of ffmpeg"]);
  assertFinds(joined(empty, a, empty, empty, b), pictures.slice(0, 2), { trustLengths: true });
});

Deno.test("JpegStreamReader takes no length over a frame's limit, and no endless text", () => {
  const length = MAX_FRAME_BYTES + 1;
  const part = joined(`Content-Length: ${length}\r\n\r\n`, pictures[0]);
  assertFinds(part, [pictures[0]], { trustLengths: true });
  const text = "x".repeat(3 * MAX_LINE_BYTES);
  assertFinds(joined(text, pictures[0], text, pictures[1]), [pictures[0], pictures[1]]);
});

Deno.test("JpegStreamReader.end() gives the JPEG that lacks nothing but its end", () => {
  const reader = new JpegStreamReader();
  assertEquals([...reader.push(withoutEnd(pictures[0]))], []);
  assertSame([reader.end()!.bytes], [withoutEnd(pictures[0])]);
  assertEquals(reader.end(), undefined);
  assertSame([...reader.push(pictures[1])].map((memory) => memory.bytes), [pictures[1]]);
});
