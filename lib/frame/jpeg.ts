/**
 * The outside of a JPEG: its segments, its end and its size. The scan is the decoder's business.
 *
 * Source: ITU-T T.81, annex B.
 */

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** Marker of the Huffman tables. */
export const DHT = 0xc4;
/** Marker of the JFIF header. */
export const APP0 = 0xe0;
/** Marker of Exif. */
export const APP1 = 0xe1;
const JPG = 0xc8;
const DAC = 0xcc;

/** What is wrong with a JPEG, in two words. */
export type JpegFault =
  | "no start"
  | "no end"
  | "broken header"
  | "broken data"
  | "no size"
  | "too large";

/** Thrown for bytes that are not one whole JPEG; the message names what is missing. */
export class JpegError extends Error {
  /** The error's name in messages. */
  override name = "JpegError";
  /** What is wrong. */
  readonly code: JpegFault;

  /** Creates an error. */
  constructor(code: JpegFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where a segment lies: its marker's second byte, and its bytes from the marker on. */
export interface Segment {
  readonly marker: number;
  /** Offset of the `FF` of the marker. */
  readonly start: number;
  /** Offset behind the segment. */
  readonly end: number;
}

/** Whether the bytes start like every JPEG. */
export function startsAsJpeg(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === SOI;
}

/**
 * The segments from the start of the JPEG to its scan, in order; the scan's header is the last.
 *
 * @throws {JpegError} when a segment is not where the one before it says.
 */
export function* segments(bytes: Uint8Array): Generator<Segment> {
  if (!startsAsJpeg(bytes)) throw new JpegError("no start", "it does not start with FF D8");
  let start = 2;
  while (true) {
    // Any number of FF may precede a marker (B.1.1.2).
    while (bytes[start] === 0xff && bytes[start + 1] === 0xff) start++;
    if (start + 4 > bytes.length) throw new JpegError("broken header", "it ends before its scan");
    if (bytes[start] !== 0xff) throw new JpegError("broken header", `no marker at byte ${start}`);
    const marker = bytes[start + 1];
    const length = bytes[start + 2] << 8 | bytes[start + 3];
    const end = start + 2 + length;
    if (length < 2 || end > bytes.length) {
      throw new JpegError("broken header", `the segment at byte ${start} does not fit`);
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
    if (width === 0 || height === 0) {
      throw new JpegError("no size", `it is ${width}x${height} pixels`);
    }
    return { width, height };
  }
  throw new JpegError("no size", "it has no frame header");
}

/**
 * Offset behind the last end marker. `scanData` is where the data of the scan begins; no end marker
 * can precede it.
 *
 * @throws {JpegError} when there is none.
 */
export function endOfJpeg(bytes: Uint8Array, scanData: number): number {
  let at = bytes.length;
  while ((at = bytes.lastIndexOf(EOI, at - 1)) > scanData) {
    if (bytes[at - 1] === 0xff) return at + 1;
  }
  throw new JpegError("no end", "it does not end with FF D9");
}
