/**
 * When a picture was taken, as the block says that socketcam puts into each (lib/frame/exif.ts).
 *
 * @module
 */

const APP0 = 0xe0;
const APP1 = 0xe1;
const EXIF = "Exif\0\0MM\0*";
/** Bytes of the whole segment, by which it is known. */
const BLOCK_BYTES = 138;
/** Where these stand, from the start of the segment. */
const DATE_TIME = 102;
const SUB_SECOND = 130;

/**
 * @param {Uint8Array} jpeg
 * @returns {number | undefined} milliseconds since 1970 by the camera's clock
 */
export function capturedAt(jpeg) {
  for (let at = 2; at + BLOCK_BYTES <= jpeg.length;) {
    const marker = jpeg[at + 1];
    const bytes = 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]);
    const isBlock = marker === APP1 && bytes === BLOCK_BYTES && text(jpeg, at + 4, 10) === EXIF;
    if (isBlock) return parse(text(jpeg, at + DATE_TIME, 19), text(jpeg, at + SUB_SECOND, 6));
    if (jpeg[at] !== 0xff || marker !== APP0 && marker !== APP1) return undefined;
    at += bytes;
  }
}

function parse(dateTime, micros) {
  const [date, time] = dateTime.split(" ");
  const ms = Date.parse(`${date.replaceAll(":", "-")}T${time}Z`) + Number(micros) / 1000;
  return Number.isFinite(ms) ? ms : undefined;
}

function text(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
