/**
 * The capture time and the number of a picture, inside the picture: an Exif block of one fixed
 * shape, so that writing it is a copy and a few digits, and reading it a comparison.
 *
 * Source: CIPA DC-008 (Exif 2.32) for the tags, TIFF 6.0 for the directories.
 *
 * @module
 */

import { JpegError, segments } from "./jpeg.ts";
import { extend } from "./roomy.ts";

/** What the block holds. */
export interface Exif {
  /** Milliseconds since 1970, to the microsecond. */
  readonly capturedAt: number;
  /** The picture's number, an unsigned 32-bit integer. */
  readonly sequence: number;
}

const APP0 = 0xe0;
const APP1 = 0xe1;
const ASCII = 2;
const LONG = 4;
const UNDEFINED = 7;

/** Bytes of the whole segment, marker included. */
export const EXIF_BYTES = 138;
/** Where TIFF's own offsets count from: behind the marker, the length and `Exif\0\0`. */
const TIFF = 10;
const DATE_TIME = TIFF + 92; // "2026:11:23 06:31:00\0"
const SUB_SECOND = TIFF + 120; // "123456\0"
const IMAGE_NUMBER = TIFF + 28 + 3 * 12 + 8;

const TEMPLATE = template();

function template(): Uint8Array {
  const bytes = new Uint8Array(EXIF_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
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
 * The number after `sequence`. Numbers whose bytes hold `FF D8` or `FF D9` are left out: programs
 * that look for the ends of a picture byte by byte (Home Assistant does) would cut it there.
 */
export function nextSequence(sequence: number): number {
  let next = sequence;
  do next = (next + 1) >>> 0; while (holdsMarker(next));
  return next;
}

function holdsMarker(number: number): boolean {
  for (let shift = 0; shift <= 16; shift += 8) {
    const pair = number >>> shift & 0xffff;
    if (pair === 0xffd8 || pair === 0xffd9) return true;
  }
  return false;
}

/**
 * The picture with the block put in, behind a JFIF header if there is one. An Exif block that stood
 * there is left out: the capture time of this server is the one that counts. Where there is room in
 * front of the picture it is used, and the picture is not to be read any more.
 *
 * @throws {JpegError} when the picture's segments do not fit.
 */
export function writeExif(jpeg: Uint8Array, exif: Exif): Uint8Array<ArrayBuffer> {
  let at = 2;
  let rest = 2;
  for (const { marker, start, end } of segments(jpeg)) {
    if (marker === APP0 && rest === start) at = rest = end;
    else if (marker === APP1 && rest === start && isExif(jpeg, start)) rest = end;
    else break;
  }
  const head = jpeg.slice(0, at);
  const growth = EXIF_BYTES - (rest - at);
  const bytes = growth > 0 ? extend(jpeg, growth) : jpeg.slice(-growth);
  bytes.set(head);
  bytes.set(TEMPLATE, at);
  fill(bytes.subarray(at, at + EXIF_BYTES), exif);
  return bytes;
}

/** Writes what differs from block to block. */
function fill(block: Uint8Array, { capturedAt, sequence }: Exif): void {
  const micros = Math.round(capturedAt * 1000);
  const date = new Date(Math.floor(micros / 1000));
  writeDigits(block, DATE_TIME, 4, date.getUTCFullYear());
  writeDigits(block, DATE_TIME + 5, 2, date.getUTCMonth() + 1);
  writeDigits(block, DATE_TIME + 8, 2, date.getUTCDate());
  writeDigits(block, DATE_TIME + 11, 2, date.getUTCHours());
  writeDigits(block, DATE_TIME + 14, 2, date.getUTCMinutes());
  writeDigits(block, DATE_TIME + 17, 2, date.getUTCSeconds());
  writeDigits(block, SUB_SECOND, 6, micros % 1_000_000);
  for (let i = 0; i < 4; i++) block[IMAGE_NUMBER + i] = sequence >>> 24 - 8 * i;
}

function writeDigits(block: Uint8Array, at: number, count: number, value: number): void {
  for (let i = at + count - 1, rest = value; i >= at; i--, rest = Math.floor(rest / 10)) {
    block[i] = 0x30 + rest % 10;
  }
}

/** What the picture's block says, or undefined when it has none of this shape. */
export function readExif(jpeg: Uint8Array): Exif | undefined {
  try {
    for (const { marker, start } of segments(jpeg)) {
      if (marker !== APP0 && marker !== APP1) return undefined;
      if (marker === APP1 && hasShape(jpeg, start)) return parse(jpeg.subarray(start));
    }
  } catch (error) {
    if (!(error instanceof JpegError)) throw error;
  }
}

function isExif(jpeg: Uint8Array, start: number): boolean {
  for (let i = 4; i < TIFF; i++) if (jpeg[start + i] !== TEMPLATE[i]) return false;
  return true;
}

/** Whether all that is fixed in the block stands at `start`. */
function hasShape(jpeg: Uint8Array, start: number): boolean {
  for (let i = 0; i < EXIF_BYTES; i++) {
    const varies = i >= DATE_TIME && i < DATE_TIME + 19 || i >= SUB_SECOND && i < SUB_SECOND + 6 ||
      i >= IMAGE_NUMBER && i < IMAGE_NUMBER + 4;
    if (!varies && jpeg[start + i] !== TEMPLATE[i]) return false;
  }
  return true;
}

function parse(block: Uint8Array): Exif | undefined {
  const text = (at: number, length: number) =>
    new TextDecoder().decode(block.subarray(at, at + length));
  const [date, time] = text(DATE_TIME, 19).split(" ");
  const seconds = Date.parse(`${date.replaceAll(":", "-")}T${time}Z`);
  const micros = Number(text(SUB_SECOND, 6));
  if (!Number.isFinite(seconds) || !Number.isInteger(micros)) return undefined;
  const view = new DataView(block.buffer, block.byteOffset);
  return { capturedAt: seconds + micros / 1000, sequence: view.getUint32(IMAGE_NUMBER) };
}
