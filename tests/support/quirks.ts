/**
 * One JPEG with one quirk each, as cameras send them and browsers show them.
 *
 * @module
 */

import { isRestart, type Segment, segments } from "../../lib/frame/jpeg.ts";

/** Gives a copy of a JPEG a quirk. It must be a baseline one in one scan. */
export type Quirk = (jpeg: Uint8Array) => Uint8Array;

const isFrame = (marker: number) => marker === 0xc0;
const isScan = (marker: number) => marker === 0xda;
const isTable = (marker: number) => marker === 0xc4;

/** The first segment with such a marker. */
export function find(jpeg: Uint8Array, wanted: (marker: number) => boolean): Segment {
  return [...segments(jpeg)].find(({ marker }) => wanted(marker))!;
}

/** Puts bytes in at an offset. */
export function inserted(jpeg: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  return new Uint8Array([...jpeg.subarray(0, at), ...bytes, ...jpeg.subarray(at)]);
}

/** Overwrites bytes from an offset on. */
function overwritten(jpeg: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = jpeg.slice();
  copy.set(bytes, at);
  return copy;
}

/** Ends the scan's header with three other bytes than `00 3F 00`. */
const endingScanHeader = (...bytes: number[]): Quirk => (jpeg) =>
  overwritten(jpeg, find(jpeg, isScan).end - 3, bytes);

/** Puts bytes in front of a segment. */
const before = (wanted: (marker: number) => boolean, ...bytes: number[]): Quirk => (jpeg) =>
  inserted(jpeg, find(jpeg, wanted).start, bytes);

/** Puts an Adobe segment with this colour transform in. */
const adobe = (transform: number): Quirk =>
  before(
    isFrame,
    0xff,
    0xee,
    0,
    14,
    ...new TextEncoder().encode("Adobe"),
    0,
    100,
    0,
    0,
    0,
    0,
    transform,
  );

/** Huffman tables 0 and 1 become 2 and 3; tables that nobody uses take their numbers if wanted. */
const otherTables = (keepsOld: boolean): Quirk => (jpeg) => {
  const copy = jpeg.slice();
  const { start } = find(copy, isScan);
  for (let i = 0; i < copy[start + 4]; i++) copy[start + 6 + 2 * i] += 0x22;
  const tables = [...segments(copy)].filter(({ marker }) => isTable(marker));
  const old = tables.flatMap(({ start, end }) => [...copy.subarray(start, end)]);
  for (const { start, end } of tables) {
    for (let at = start + 4; at < end;) {
      copy[at] += 2;
      at += 17 + copy.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    }
  }
  return keepsOld ? inserted(copy, find(copy, isScan).start, old) : copy;
};

/** The height as a segment behind the scan gives it, which the frame header may leave out. */
const heightBehind = (isGivenTwice: boolean): Quirk => (jpeg) => {
  const { start } = find(jpeg, isFrame);
  const height = [jpeg[start + 5], jpeg[start + 6]];
  const copy = isGivenTwice ? jpeg : overwritten(jpeg, start + 5, [0, 0]);
  return inserted(copy, copy.length - 2, [0xff, 0xdc, 0, 4, ...height]);
};

/** Quirks of the header and the end, which can be repaired without loss. */
export const REPAIRABLE: Readonly<Record<string, Quirk>> = {
  "a scan header that ends in 00 00 00": endingScanHeader(0, 0, 0),
  "a scan header that ends in 01 00 00": endingScanHeader(1, 0, 0),
  "a scan header that ends in 00 3F 01": endingScanHeader(0, 63, 1),
  "one stray byte": before(isFrame, 0),
  "16 stray bytes": before(isFrame, ...new Array(16).fill(0x5a)),
  "stray bytes behind the start": (jpeg) => inserted(jpeg, 2, [0, 0]),
  "stray bytes before the scan header": before(isScan, 1, 2, 3),
  "FF 00 between segments": before(isFrame, 0xff, 0),
  "FF 01 between segments": before(isFrame, 0xff, 1),
  "a restart marker between segments": before(isFrame, 0xff, 0xd3),
  "a comment of no length": before(isFrame, 0xff, 0xfe, 0, 0),
  "no end marker": (jpeg) => jpeg.subarray(0, -2),
  "half an end marker": (jpeg) => jpeg.subarray(0, -1),
  "Huffman tables 2 and 3": otherTables(false),
  "Huffman tables 2 and 3, besides unused ones": otherTables(true),
  "an unknown Adobe transform": adobe(255),
  "Adobe's transform for black": adobe(2),
  "a JFIF header, and Adobe's word for RGB": adobe(0),
  "its height given twice": heightBehind(true),
  "its height only behind the scan": heightBehind(false),
};

/** Where the restart markers are. */
function restarts(jpeg: Uint8Array): number[] {
  const found: number[] = [];
  const { end } = find(jpeg, isScan);
  for (let at = jpeg.indexOf(0xff, end); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    if (isRestart(jpeg[at + 1])) found.push(at);
  }
  return found;
}

/** Quirks of a scan with restart markers, which only libjpeg deals with. */
export const DAMAGED: Readonly<Record<string, Quirk>> = {
  "one wrong restart marker": (jpeg) => {
    const at = restarts(jpeg)[3];
    return overwritten(jpeg, at + 1, [0xd0 + (jpeg[at + 1] + 1 & 7)]);
  },
  "restart markers that are all the same": (jpeg) => {
    const copy = jpeg.slice();
    for (const at of restarts(jpeg)) copy[at + 1] = 0xd0;
    return copy;
  },
  "a lost restart marker": (jpeg) => {
    const at = restarts(jpeg)[5];
    return new Uint8Array([...jpeg.subarray(0, at), ...jpeg.subarray(at + 2)]);
  },
  "one restart marker too many": (jpeg) => inserted(jpeg, restarts(jpeg)[5], [0xff, 0xd5]),
};
/** A little-endian or big-endian Exif segment with an orientation and a camera's name. */
export function exifWith(orientation: number, { little }: { little: boolean }): number[] {
  const text = [...new TextEncoder().encode("Exif\0\0")];
  const short = (n: number) => little ? [n & 255, n >> 8] : [n >> 8, n & 255];
  const long = (n: number) => little ? [...short(n), 0, 0] : [0, 0, ...short(n)];
  const tiff = [
    ...(little ? [0x49, 0x49] : [0x4d, 0x4d]),
    ...short(42),
    ...long(8),
    ...short(2),
    ...[...short(0x010f), ...short(2), ...long(4), ...new TextEncoder().encode("Cam\0")],
    ...[...short(0x0112), ...short(3), ...long(1), ...short(orientation), 0, 0],
    ...long(0),
  ];
  const length = 2 + text.length + tiff.length;
  return [0xff, 0xe1, length >> 8, length & 255, ...text, ...tiff];
}
