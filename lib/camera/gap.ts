import { MAX_FRAME_BYTES } from "../frame/frame.ts";

/** How much of a line is examined, in bytes. */
export const MAX_LINE_BYTES = 1024;

/** What ends a line. A CR may be the first half, until the next byte comes. */
const LINE_END = /\r{0,2}\n|\r(?!\r?(?:\n|$))/g;
const BOUNDARY = /^[^!-~]*--/;
/** A header; some cameras write it on the line of the boundary. */
const HEADER = /^[^!-~]*(?:--.*)?content-(length|type)[ \t]*:[ \t]*"?([^\s"]*)/i;
/** The types of parts with JPEGs. */
const JPEG_TYPE = /jpe?g|^multipart\//i;

/**
 * The bytes between two JPEGs of a stream: boundaries, headers, padding, parts of other types. A
 * JPEG's start marker ends the gap, unless it is inside a part of another type.
 */
export class Gap {
  /** Whether it has ended. */
  isOver = false;
  /** Whether a part begins in it, with a boundary or a header. */
  isPart = false;
  /** Whether it begins with a boundary. */
  isAtBoundary = false;
  /** The length of the next JPEG according to its header; Infinity without a plausible one. */
  length = Infinity;
  /** Whether the last header belongs to a part of another type. */
  #isOther = false;
  /** The last possible offset of that part's end; 0 outside such a part. */
  #otherEnd = 0;
  /** Whether that content is blank so far. */
  #isBlank = true;
  /** The current line, and the one before. */
  #line = "";
  #earlier = "";
  /** How many bytes were read. */
  #read = 0;
  /** Whether the last byte was the first one of a start marker. */
  #isStarting = false;

  /** Starts anew. */
  reset(): void {
    this.isOver =
      this.isPart =
      this.isAtBoundary =
      this.#isStarting =
        false;
    this.#line = this.#earlier = "";
    this.#read = 0;
    this.#forget();
  }

  /** Takes bytes up to the end of the gap, with the start marker; returns the offset behind. */
  take(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && !this.isOver) {
      const isSecond = this.#isStarting && chunk[at] === 0xd8;
      const end = isSecond ? at + 1 : behindStart(chunk, at);
      const isStart = isSecond ||
        end - at > 1 && chunk[end - 2] === 0xff && chunk[end - 1] === 0xd8;
      this.#isStarting = chunk[end - 1] === 0xff;
      this.add(chunk.subarray(at, end));
      if (isStart) this.#endIfJpeg();
      at = end;
    }
    return at;
  }

  /** Takes bytes without a start marker. */
  add(bytes: Uint8Array): void {
    // A decoder of the platform takes three times as long.
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const text = this.#line + piece.toString("latin1");
    this.#read += bytes.length;
    const offset = this.#read - text.length;
    let at = 0;
    LINE_END.lastIndex = 0;
    for (let end; (end = LINE_END.exec(text)); at = LINE_END.lastIndex) {
      this.#readLine(text.slice(at, end.index), offset + at, offset + LINE_END.lastIndex);
    }
    this.#line = text.slice(at, at + MAX_LINE_BYTES);
  }

  /** Forgets the header. */
  #forget(): void {
    this.length = Infinity;
    this.#isOther = false;
    this.#otherEnd = 0;
  }

  #readLine(line: string, start: number, end: number): void {
    if (line.trim() === "") return this.#readBlank(end);
    const isBoundary = BOUNDARY.test(line);
    // A header may go on in the next line, which begins with a blank.
    const header = HEADER.exec(line <= "!" ? this.#earlier + line : line);
    this.#earlier = line;
    this.#isBlank = false;
    this.isAtBoundary ||= isBoundary && start <= 2;
    if (!isBoundary && !header) return;
    this.isPart = true;
    if (isBoundary || this.#otherEnd > 0) this.#forget();
    if (header) this.#readHeader(header[1], header[2]);
  }

  /** A blank line ends a header. */
  #readBlank(end: number): void {
    if (!this.#isOther || this.#otherEnd > 0) return;
    this.#otherEnd = end + Math.min(this.length, MAX_FRAME_BYTES);
    this.#isBlank = true;
  }

  #readHeader(name: string, value: string): void {
    if (/type/i.test(name)) this.#isOther = value !== "" && !JPEG_TYPE.test(value);
    else {
      const length = /^\d+$/.test(value) ? Number(value) : NaN;
      this.length = length > 2 && length <= MAX_FRAME_BYTES ? length : Infinity;
    }
  }

  /** Called at a start marker, which ends the gap, unless it is inside a part of another type. */
  #endIfJpeg(): void {
    const line = this.#line.slice(0, -2);
    // Some cameras send JPEGs as text.
    const isFirst = this.#isBlank && line.trim() === "";
    const isInside = !isFirst && this.#read - 2 < this.#otherEnd;
    if (isInside) return;
    if (!isFirst && this.#otherEnd > 0) this.#forget();
    this.#readLine(line, this.#read - 2 - line.length, this.#read - 2);
    this.isOver = true;
  }
}

/** The offset behind the next start marker; the end of the chunk without one. */
function behindStart(chunk: Uint8Array, from: number): number {
  let at = from;
  while ((at = chunk.indexOf(0xff, at) + 1) > 0) if (chunk[at] === 0xd8) return at + 1;
  return chunk.length;
}
