/**
 * The structure of a JPEG: its segments, its end and its size. It does not look into the scan.
 *
 * Source: ITU-T T.81, annex B.
 */

const SOI = 0xd8;
/** Marker of the end. */
export const EOI = 0xd9;
/** Marker of a scan's header. */
export const SOS = 0xda;
/** Marker of the Huffman tables. */
export const DHT = 0xc4;
/** Marker of the JFIF header. */
export const APP0 = 0xe0;
/** Marker of Exif. */
export const APP1 = 0xe1;
const TEM = 0x01;
const COM = 0xfe;
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

/** Thrown for bytes that are not one whole JPEG; the message says what is missing. */
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

/** A segment: its marker's second byte, and where its bytes are. */
export interface Segment {
  readonly marker: number;
  /** Offset of the `FF` of the marker. */
  readonly start: number;
  /** Offset behind the segment. */
  readonly end: number;
  /** Whether stray bytes precede it, which belong to no segment. Decoders skip them. */
  readonly isBehindStray: boolean;
}

/** Whether a segment's content begins with `id`. */
export function holds(
  bytes: Uint8Array,
  { start }: Pick<Segment, "start">,
  id: Uint8Array,
): boolean {
  return id.every((byte, i) => bytes[start + 4 + i] === byte);
}

/** Whether the bytes start like every JPEG. */
export function startsAsJpeg(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === SOI;
}

/** Whether the marker is that of a frame header, which gives the size. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;
}

/** Whether the marker is one of a restart, `FF D0` to `FF D7`. */
export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/**
 * The segments from the start of the JPEG to its scan, in order; the scan's header is the last.
 * Like libjpeg, it skips stray bytes between segments, and markers that do not belong there.
 *
 * @throws {JpegError} when the header is cut off, or another JPEG begins or ends in it.
 */
export function* segments(bytes: Uint8Array): Generator<Segment> {
  if (!startsAsJpeg(bytes)) throw new JpegError("no start", "it does not start with FF D8");
  let before = 2;
  let isBehindStray = false;
  while (true) {
    const { start, isStray } = nextMarker(bytes, before);
    isBehindStray ||= isStray;
    if (start + 4 > bytes.length) throw new JpegError("broken header", "it ends before its scan");
    const marker = bytes[start + 1];
    if (marker === SOI || marker === EOI) {
      const what = marker === SOI ? "another one begins" : "it ends";
      throw new JpegError("broken header", `${what} at byte ${start}, before its scan`);
    }
    const length = bytes[start + 2] << 8 | bytes[start + 3];
    const end = start + 2 + length;
    if (length < 2 && isSkipped(marker)) {
      before = start + 4;
      isBehindStray = true;
      continue;
    }
    if (length < 2 || end > bytes.length) {
      throw new JpegError("broken header", `the segment at byte ${start} has an impossible length`);
    }
    yield { marker, start, end, isBehindStray };
    if (marker === SOS) return;
    before = end;
    isBehindStray = false;
  }
}

/** Whether decoders skip the segment: a comment, or an application's data. */
function isSkipped(marker: number): boolean {
  return marker >= APP0 && marker <= 0xef || marker === COM;
}

/** The next marker that begins a segment, and whether more than fill bytes (B.1.1.2) precede it. */
function nextMarker(bytes: Uint8Array, from: number): { start: number; isStray: boolean } {
  let isStray = false;
  for (let start = from; start < bytes.length; start++) {
    if (bytes[start] !== 0xff) {
      isStray = true;
      continue;
    }
    const next = bytes[start + 1];
    if (next === 0xff) continue;
    if (next !== 0 && next !== TEM && !isRestart(next)) return { start, isStray };
    isStray = true;
    start++;
  }
  return { start: bytes.length, isStray };
}

/**
 * Width and height in pixels, from the only frame header, so that all decoders take the same size.
 *
 * @throws {JpegError} unless there is exactly one frame header before the scan, when it is empty,
 *   or when stray bytes between segments may hide another one from some decoders.
 */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } {
  let size: { width: number; height: number } | undefined;
  for (const { marker, start, end, isBehindStray } of segments(bytes)) {
    if (isBehindStray) {
      throw new JpegError("broken header", `there are stray bytes before byte ${start}`);
    }
    if (!isFrameHeader(marker)) continue;
    if (size) throw new JpegError("broken header", "it has two frame headers");
    if (end - start < 10) throw new JpegError("broken header", "its frame header is too short");
    const height = bytes[start + 5] << 8 | bytes[start + 6];
    const width = bytes[start + 7] << 8 | bytes[start + 8];
    if (width === 0 || height === 0) {
      throw new JpegError("no size", `it is ${width}x${height} pixels`);
    }
    size = { width, height };
  }
  if (!size) throw new JpegError("no size", "it has no frame header");
  return size;
}

/**
 * Offset of the last end marker, or -1 without one. `scanData` is where the data of the scan begins;
 * no end marker can precede it.
 */
export function endOfScan(bytes: Uint8Array, scanData: number): number {
  let at = bytes.length;
  while ((at = bytes.lastIndexOf(EOI, at - 1)) > scanData) {
    if (bytes[at - 1] === 0xff) return at - 1;
  }
  return -1;
}
