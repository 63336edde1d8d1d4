/** How the camera wants its picture turned, as Exif numbers it. */

import { APP1, holds, type Segment, segments } from "./jpeg.ts";

/** 1: not at all; 3: upside down; 6: a quarter to the right; 8: to the left; 2, 4, 5, 7: mirrored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const EXIF = new TextEncoder().encode("Exif\0\0");
const TIFF = 4 + EXIF.length;
const LITTLE_ENDIAN = 0x4949;
const ORIENTATION = 0x0112;
const SHORT = 3;

/** Whether the segment holds Exif. */
export function isExif(bytes: Uint8Array, segment: Segment): boolean {
  return segment.marker === APP1 && holds(bytes, segment, EXIF);
}

/** The orientation that a segment of Exif gives; 1 if it gives none that makes sense. */
export function orientationIn(bytes: Uint8Array, { start, end }: Segment): Orientation {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  if (view.byteLength < TIFF + 8) return 1;
  const little = view.getUint16(TIFF) === LITTLE_ENDIAN;
  const directory = TIFF + view.getUint32(TIFF + 4, little);
  if (directory + 2 > view.byteLength) return 1;
  const fit = Math.floor((view.byteLength - directory - 2) / 12);
  const count = Math.min(view.getUint16(directory, little), fit);
  for (let i = 0, at = directory + 2; i < count; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    const isKnown = view.getUint16(at + 2, little) === SHORT && value >= 1 && value <= 8;
    return isKnown ? value as Orientation : 1;
  }
  return 1;
}

/** The orientation of a JPEG; 1 if it gives none. @throws {JpegError} when its header is torn. */
export function orientationOf(bytes: Uint8Array): Orientation {
  for (const segment of segments(bytes)) {
    if (isExif(bytes, segment)) return orientationIn(bytes, segment);
  }
  return 1;
}
