/**
 * The outside of a JPEG: its markers, its end and its size. The inside is the decoder's business.
 *
 * Source: ITU-T T.81, annex B.
 *
 * @module
 */

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const JPG = 0xc8;
const DAC = 0xcc;

/** Thrown for bytes that are not one whole JPEG; the message says what is missing. */
export class JpegError extends Error {
  override name = "JpegError";
}

/** Where a segment lies: its marker's second byte, and its bytes from the marker on. */
export interface Segment {
  readonly marker: number;
  /** Offset of the `FF` of the marker. */
  readonly start: number;
  /** Offset behind the segment. */
  readonly end: number;
}

/** Whether the bytes start as every JPEG does. */
export function startsAsJpeg(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === SOI;
}

/**
 * The segments between the start of the picture and its scan, in order, the scan's header last.
 *
 * @throws {JpegError} when a segment is not where the one before says it is.
 */
export function* segments(bytes: Uint8Array): Generator<Segment> {
  if (!startsAsJpeg(bytes)) throw new JpegError("it does not start with FF D8");
  let start = 2;
  while (true) {
    // Any number of FF may stand before a marker (B.1.1.2).
    while (bytes[start] === 0xff && bytes[start + 1] === 0xff) start++;
    if (start + 4 > bytes.length) throw new JpegError("it ends before its scan");
    if (bytes[start] !== 0xff) throw new JpegError(`no marker at byte ${start}`);
    const marker = bytes[start + 1];
    const length = bytes[start + 2] << 8 | bytes[start + 3];
    const end = start + 2 + length;
    if (length < 2 || end > bytes.length) {
      throw new JpegError(`the segment at byte ${start} does not fit`);
    }
    yield { marker, start, end };
    if (marker === SOS) return;
    start = end;
  }
}

/**
 * Width and height in pixels, from the frame header.
 *
 * @throws {JpegError} when there is no frame header before the scan, or it is empty.
 */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } {
  for (const { marker, start, end } of segments(bytes)) {
    const isFrameHeader = marker >= 0xc0 && marker <= 0xcf &&
      marker !== DHT && marker !== JPG && marker !== DAC;
    if (!isFrameHeader || end - start < 10) continue;
    const height = bytes[start + 5] << 8 | bytes[start + 6];
    const width = bytes[start + 7] << 8 | bytes[start + 8];
    if (width === 0 || height === 0) throw new JpegError(`it is ${width}x${height} pixels`);
    return { width, height };
  }
  throw new JpegError("it has no frame header");
}

/**
 * The picture without the zeros that some cameras send after its end (a view, not a copy).
 *
 * @throws {JpegError} when the picture does not start as one, or never ends.
 */
export function trimPadding<B extends ArrayBufferLike>(bytes: Uint8Array<B>): Uint8Array<B> {
  if (!startsAsJpeg(bytes)) throw new JpegError("it does not start with FF D8");
  let end = bytes.length;
  while (end > 4 && bytes[end - 1] === 0) end--;
  if (bytes[end - 2] !== 0xff || bytes[end - 1] !== EOI) {
    throw new JpegError("it does not end with FF D9");
  }
  return bytes.subarray(0, end);
}
