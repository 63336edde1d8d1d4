/**
 * The Exif block with a frame's time and number. Its shape is fixed, so that writing it is a copy
 * and a few digits, and reading it a comparison. The viewer page uses this file, too.
 *
 * A frame with an orientation has another shape, and so has a repaired frame, which says "custom
 * rendered". All others keep the first shape, which older programs can read.
 *
 * Source: CIPA DC-008 (Exif 2.32) for the tags, TIFF 6.0 for the directories.
 */

const APP0 = 0xe0;
const APP1 = 0xe1;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

/** Where TIFF's own offsets count from: behind the marker, the length and `Exif\0\0`. */
const TIFF = 10;
/** Length of a directory's entry in bytes. */
const ENTRY = 12;
/** The orientation of a picture that is stored upright. */
const UPRIGHT = 1;

/** All shapes of the block; whether it is turned is bit 0 of the index, and repaired bit 1. */
const SHAPES = [0, 1, 2, 3].map((index) => shapeOf((index & 1) === 1, index > 1));
/** Length of the usual block in bytes, marker included. */
export const EXIF_BYTES = SHAPES[0].template.length;
/** Length of the longest block. */
export const MAX_EXIF_BYTES = SHAPES[3].template.length;

/** A block with all fields empty, where the fields are, and which bytes belong to them. */
function shapeOf(turned, repaired) {
  const shift = turned ? ENTRY : 0;
  const more = shift + (repaired ? ENTRY : 0);
  const template = new Uint8Array(TIFF + 128 + more);
  const view = new DataView(template.buffer);
  /** @type {(at: number, value: string) => void} */
  const text = (at, value) => template.set(new TextEncoder().encode(value), at);
  /** @type {(at: number, tag: number, type: number, count: number, value: number) => void} */
  const entry = (at, tag, type, count, value) => {
    view.setUint16(at, tag);
    view.setUint16(at + 2, type);
    view.setUint32(at + 4, count);
    view.setUint32(at + 8, value);
  };
  view.setUint16(0, 0xff00 | APP1);
  view.setUint16(2, template.length - 2);
  text(4, "Exif\0\0MM\0*");
  view.setUint32(TIFF + 4, 8);
  view.setUint16(TIFF + 8, turned ? 2 : 1);
  if (turned) entry(TIFF + 10, 0x0112, SHORT, 1, 0); // Orientation
  const directory = TIFF + 26 + shift;
  entry(TIFF + 10 + shift, 0x8769, LONG, 1, directory - TIFF); // where the Exif directory is
  const dateTime = TIFF + 92 + more; // "2026:11:23 06:31:00\0"
  const offsetTime = TIFF + 112 + more; // "+00:00\0"
  const subSecond = TIFF + 120 + more; // "123456\0"
  view.setUint16(directory, repaired ? 6 : 5);
  entry(directory + 2, 0x9000, UNDEFINED, 4, 0x30323332); // ExifVersion "0232"
  entry(directory + 14, 0x9003, ASCII, 20, dateTime - TIFF); // DateTimeOriginal
  entry(directory + 26, 0x9011, ASCII, 7, offsetTime - TIFF); // OffsetTimeOriginal
  entry(directory + 38, 0x9211, LONG, 1, 0); // ImageNumber
  entry(directory + 50, 0x9291, ASCII, 7, subSecond - TIFF); // SubSecTimeOriginal
  if (repaired) entry(directory + 62, 0xa401, SHORT, 1, 0x10000); // CustomRendered
  text(dateTime, "0000:00:00 00:00:00\0");
  text(offsetTime, "+00:00\0");
  const imageNumber = directory + 46;
  const orientation = TIFF + 19;
  const varies = new Uint8Array(template.length);
  varies.fill(1, dateTime, dateTime + 19).fill(1, subSecond, subSecond + 6);
  varies.fill(1, imageNumber, imageNumber + 4);
  if (turned) varies[orientation] = 1;
  return { template, varies, dateTime, subSecond, imageNumber, orientation, turned, repaired };
}

/**
 * The block's shape.
 *
 * @param {number} orientation 1 to 8
 * @param {boolean} isRepaired
 */
function shapeFor(orientation, isRepaired) {
  return SHAPES[(orientation === UPRIGHT ? 0 : 1) + (isRepaired ? 2 : 0)];
}

/**
 * Length of the block in bytes.
 *
 * @param {number} orientation 1 to 8
 * @param {boolean} isRepaired whether the frame had to be repaired
 */
export function exifBytes(orientation, isRepaired) {
  return shapeFor(orientation, isRepaired).template.length;
}

/**
 * Writes the block at offset `at`.
 *
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} capturedAt milliseconds since 1970, to the microsecond
 * @param {number} sequence the frame's number, an unsigned 32-bit integer
 * @param {number} [orientation] how to turn the picture, as Exif numbers it: 1 (not) to 8
 * @param {boolean} [isRepaired] whether the frame had to be repaired
 */
export function writeExifBlock(
  bytes,
  at,
  capturedAt,
  sequence,
  orientation = UPRIGHT,
  isRepaired = false,
) {
  const shape = shapeFor(orientation, isRepaired);
  const { template, dateTime, subSecond, imageNumber } = shape;
  const micros = Math.round(capturedAt * 1000);
  const date = new Date(Math.floor(micros / 1000));
  const block = bytes.subarray(at, at + template.length);
  block.set(template);
  writeDigits(block, dateTime, 4, date.getUTCFullYear());
  writeDigits(block, dateTime + 5, 2, date.getUTCMonth() + 1);
  writeDigits(block, dateTime + 8, 2, date.getUTCDate());
  writeDigits(block, dateTime + 11, 2, date.getUTCHours());
  writeDigits(block, dateTime + 14, 2, date.getUTCMinutes());
  writeDigits(block, dateTime + 17, 2, date.getUTCSeconds());
  writeDigits(block, subSecond, 6, micros % 1_000_000);
  for (let i = 0; i < 4; i++) block[imageNumber + i] = sequence >>> 24 - 8 * i;
  if (shape.turned) block[shape.orientation] = orientation;
}

/** @type {(block: Uint8Array, at: number, count: number, value: number) => void} */
function writeDigits(block, at, count, value) {
  for (let i = at + count - 1, rest = value; i >= at; i--, rest = Math.floor(rest / 10)) {
    block[i] = 0x30 + rest % 10;
  }
}

/**
 * Reads the block of a JPEG. Only APP0 and APP1 segments may precede it.
 *
 * @param {Uint8Array} jpeg
 * @returns {{ capturedAt: number, sequence: number } | undefined} undefined without a block
 */
export function readExif(jpeg) {
  const found = find(jpeg);
  return found && parse(found.shape, jpeg, found.at);
}

/**
 * Whether a JPEG's block says that it had to be repaired.
 *
 * @param {Uint8Array} jpeg
 */
export function wasRepaired(jpeg) {
  return find(jpeg)?.shape.repaired === true;
}

/** The block's shape and offset. */
function find(jpeg) {
  for (let at = 2; at + EXIF_BYTES <= jpeg.length && jpeg[at] === 0xff;) {
    const marker = jpeg[at + 1];
    const shape = marker === APP1 && SHAPES.find((shape) => stands(shape, jpeg, at));
    if (shape) return { shape, at };
    if (marker !== APP0 && marker !== APP1) return undefined;
    at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]);
  }
}

/** Whether there is a block of this shape at offset `at`. */
function stands({ template, varies }, jpeg, at) {
  for (let i = 0; i < template.length; i++) {
    if (!varies[i] && jpeg[at + i] !== template[i]) return false;
  }
  return at + template.length <= jpeg.length;
}

/** @returns {{ capturedAt: number, sequence: number } | undefined} */
function parse({ dateTime, subSecond, imageNumber }, jpeg, at) {
  const [date, time] = text(jpeg, at + dateTime, 19).split(" ");
  const seconds = Date.parse(`${date.replaceAll(":", "-")}T${time}Z`);
  const micros = text(jpeg, at + subSecond, 6);
  if (!Number.isFinite(seconds) || !/^\d{6}$/.test(micros)) return undefined;
  const view = new DataView(jpeg.buffer, jpeg.byteOffset + at);
  return { capturedAt: seconds + Number(micros) / 1000, sequence: view.getUint32(imageNumber) };
}

/** @type {(bytes: Uint8Array, at: number, length: number) => string} */
function text(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
