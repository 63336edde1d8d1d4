/**
 * The Exif block that carries a frame's time and number, in one fixed shape: writing it is a copy
 * and a few digits, reading it a comparison. The viewer page reads it with this very file.
 *
 * Source: CIPA DC-008 (Exif 2.32) for the tags, TIFF 6.0 for the directories.
 */

const APP0 = 0xe0;
const APP1 = 0xe1;
const ASCII = 2;
const LONG = 4;
const UNDEFINED = 7;

/** Length of the whole segment in bytes, marker included. */
export const EXIF_BYTES = 138;
/** Where TIFF's own offsets count from: behind the marker, the length and `Exif\0\0`. */
const TIFF = 10;
const DATE_TIME = TIFF + 92; // "2026:11:23 06:31:00\0"
const SUB_SECOND = TIFF + 120; // "123456\0"
const IMAGE_NUMBER = TIFF + 28 + 3 * 12 + 8;
/** What differs from block to block, as [offset, length]. */
const FIELDS = [[DATE_TIME, 19], [SUB_SECOND, 6], [IMAGE_NUMBER, 4]];

/** The block with all fields empty. */
export const EXIF_TEMPLATE = template();
const VARIES = new Uint8Array(EXIF_BYTES);
for (const [at, length] of FIELDS) VARIES.fill(1, at, at + length);

/** @returns {Uint8Array} */
function template() {
  const bytes = new Uint8Array(EXIF_BYTES);
  const view = new DataView(bytes.buffer);
  /** @type {(at: number, value: string) => void} */
  const text = (at, value) => bytes.set(new TextEncoder().encode(value), at);
  /** @type {(at: number, tag: number, type: number, count: number, value: number) => void} */
  const entry = (at, tag, type, count, value) => {
    view.setUint16(at, tag);
    view.setUint16(at + 2, type);
    view.setUint32(at + 4, count);
    view.setUint32(at + 8, value);
  };
  view.setUint16(0, 0xff00 | APP1);
  view.setUint16(2, EXIF_BYTES - 2);
  text(4, "Exif\0\0MM\0*");
  view.setUint32(TIFF + 4, 8);
  view.setUint16(TIFF + 8, 1);
  entry(TIFF + 10, 0x8769, LONG, 1, 26); // where the Exif directory is
  const directory = TIFF + 26;
  view.setUint16(directory, 5);
  entry(directory + 2, 0x9000, UNDEFINED, 4, 0x30323332); // ExifVersion "0232"
  entry(directory + 14, 0x9003, ASCII, 20, DATE_TIME - TIFF); // DateTimeOriginal
  entry(directory + 26, 0x9011, ASCII, 7, 112); // OffsetTimeOriginal
  entry(directory + 38, 0x9211, LONG, 1, 0); // ImageNumber
  entry(directory + 50, 0x9291, ASCII, 7, SUB_SECOND - TIFF); // SubSecTimeOriginal
  text(DATE_TIME, "0000:00:00 00:00:00\0");
  text(TIFF + 112, "+00:00\0");
  return bytes;
}

/**
 * Writes the block at offset `at`.
 *
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} capturedAt milliseconds since 1970, to the microsecond
 * @param {number} sequence the frame's number, an unsigned 32-bit integer
 */
export function writeExifBlock(bytes, at, capturedAt, sequence) {
  const micros = Math.round(capturedAt * 1000);
  const date = new Date(Math.floor(micros / 1000));
  const block = bytes.subarray(at, at + EXIF_BYTES);
  block.set(EXIF_TEMPLATE);
  writeDigits(block, DATE_TIME, 4, date.getUTCFullYear());
  writeDigits(block, DATE_TIME + 5, 2, date.getUTCMonth() + 1);
  writeDigits(block, DATE_TIME + 8, 2, date.getUTCDate());
  writeDigits(block, DATE_TIME + 11, 2, date.getUTCHours());
  writeDigits(block, DATE_TIME + 14, 2, date.getUTCMinutes());
  writeDigits(block, DATE_TIME + 17, 2, date.getUTCSeconds());
  writeDigits(block, SUB_SECOND, 6, micros % 1_000_000);
  for (let i = 0; i < 4; i++) block[IMAGE_NUMBER + i] = sequence >>> 24 - 8 * i;
}

/** @type {(block: Uint8Array, at: number, count: number, value: number) => void} */
function writeDigits(block, at, count, value) {
  for (let i = at + count - 1, rest = value; i >= at; i--, rest = Math.floor(rest / 10)) {
    block[i] = 0x30 + rest % 10;
  }
}

/**
 * Reads the block of a JPEG. Only APP0 and APP1 segments may stand in front of it.
 *
 * @param {Uint8Array} jpeg
 * @returns {{ capturedAt: number, sequence: number } | undefined} undefined without a block
 */
export function readExif(jpeg) {
  for (let at = 2; at + EXIF_BYTES <= jpeg.length && jpeg[at] === 0xff;) {
    const marker = jpeg[at + 1];
    if (marker === APP1 && isExifBlock(jpeg, at)) return parse(jpeg, at);
    if (marker !== APP0 && marker !== APP1) return undefined;
    at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]);
  }
}

/**
 * Whether the block stands at offset `at`.
 *
 * @param {Uint8Array} jpeg
 * @param {number} at
 */
export function isExifBlock(jpeg, at) {
  for (let i = 0; i < EXIF_BYTES; i++) {
    if (!VARIES[i] && jpeg[at + i] !== EXIF_TEMPLATE[i]) return false;
  }
  return true;
}

/** @type {(jpeg: Uint8Array, at: number) => { capturedAt: number, sequence: number } | undefined} */
function parse(jpeg, at) {
  const [date, time] = text(jpeg, at + DATE_TIME, 19).split(" ");
  const seconds = Date.parse(`${date.replaceAll(":", "-")}T${time}Z`);
  const micros = text(jpeg, at + SUB_SECOND, 6);
  if (!Number.isFinite(seconds) || !/^\d{6}$/.test(micros)) return undefined;
  const view = new DataView(jpeg.buffer, jpeg.byteOffset + at);
  return { capturedAt: seconds + Number(micros) / 1000, sequence: view.getUint32(IMAGE_NUMBER) };
}

/** @type {(bytes: Uint8Array, at: number, length: number) => string} */
function text(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
