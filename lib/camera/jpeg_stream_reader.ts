import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { JpegScanner } from "./jpeg_scanner.ts";
import { TextTail } from "./text_tail.ts";

/** The start marker. */
const START = new Uint8Array([0xff, 0xd8]);
/** What follows the last byte of a part. */
const BOUNDARY = /^\r?\n?--/;
/** What may become a boundary with the next byte. */
const BOUNDARY_BEGUN = /^\r?\n?-?$/;
/**
 * How many times as long as the longest JPEG so far another one may be. One with a longer length is
 * scanned: by a wrong length it would swallow all that follow, for as long as that takes.
 */
const MAX_GROWTH = 4;
/** The last length that a header gives. */
const LENGTH = /^[^]*content-length[ \t]*:[ \t]*"?(\d+)/i;

/** Options of {@linkcode JpegStreamReader}. */
export interface JpegStreamReaderOptions {
  /** Whether lengths are right from the first one on, as ffmpeg's are; false by default. */
  readonly trustLengths?: boolean;
  /** Called for each JPEG that is larger than a frame may be; it is skipped. */
  readonly onTooLarge?: () => void;
}

/** Where the reader is: between JPEGs, in one that it scans or copies, or behind one's length. */
type Place = "between" | "scanning" | "copying" | "behind";

/**
 * Finds the JPEGs in a stream of bytes; does no I/O itself. Whatever lies between two JPEGs is
 * skipped: boundaries, headers, other parts, padding.
 *
 * A JPEG is copied by the `Content-Length` in front of it once a length has proved right. Until then,
 * without a plausible one, and for good once one was wrong, its markers are scanned for its end. So no
 * JPEG waits for the next one, except one that lacks both its length and its end.
 */
export class JpegStreamReader {
  readonly #onTooLarge: () => void;
  readonly #scanner = new JpegScanner();
  readonly #text = new TextTail();
  #place: Place = "between";
  /** How many bytes of {@linkcode START} were seen last. */
  #started = 0;
  /** The JPEG that is being copied. */
  #memory: FrameMemory | undefined;
  /** The length of the JPEG that is being read, as the header gives it. */
  #length = Infinity;
  /** Whether lengths are right; undefined until one has proved to be. */
  #trusted: boolean | undefined;
  /** The longest plausible length. */
  #plausible = 0;
  /** Whether JPEGs of the right length come without an end marker at their end. */
  #isOpenEnded = false;
  /** Whether the last JPEG was taken by its length alone. */
  #isUnproved = false;
  /** What follows a JPEG that does not end where its length says. */
  #behind = "";

  constructor({ trustLengths, onTooLarge = () => {} }: JpegStreamReaderOptions = {}) {
    this.#trusted = trustLengths;
    if (trustLengths) this.#plausible = Infinity;
    this.#onTooLarge = onTooLarge;
  }

  /** Yields each JPEG that ends in this chunk, before it looks at the rest. Take them all. */
  *push(chunk: Uint8Array): Generator<FrameMemory, void> {
    for (let at = 0; at < chunk.length;) {
      if (this.#place === "between") at = this.#seek(chunk, at);
      else if (this.#place === "copying") {
        at = this.#memory!.fill(chunk, at);
        const memory = this.#copied();
        if (memory) yield memory;
      } else if (this.#place === "scanning") {
        const to = Math.min(chunk.length, at + this.#length - this.#scanner.length);
        at = this.#scanner.take(chunk, at, to);
        const memory = this.#scanned();
        if (memory) yield memory;
      } else {
        this.#behind += String.fromCharCode(chunk[at++]);
        if (BOUNDARY.test(this.#behind)) yield this.#proved();
        else if (!BOUNDARY_BEGUN.test(this.#behind)) yield* this.#disproved();
      }
    }
  }

  /** Ends the stream, and gives back the JPEG that lacked an end until then. Another may follow. */
  end(): FrameMemory | undefined {
    const memory = this.#place === "scanning" || this.#place === "behind"
      ? this.#take()
      : undefined;
    this.#memory = undefined;
    this.#behind = "";
    this.#text.take();
    this.#started = 0;
    this.#place = "between";
    return memory;
  }

  #seek(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#started < START.length) {
      if (this.#started === 0) {
        at = chunk.indexOf(START[0], at);
        if (at < 0) at = chunk.length - 1;
      }
      const byte = chunk[at++];
      if (byte === START[this.#started]) this.#started++;
      else this.#started = byte === START[0] ? 1 : 0;
    }
    this.#text.append(chunk.subarray(from, at));
    if (this.#started === START.length) this.#start();
    return at;
  }

  #start(): void {
    const text = this.#text.take();
    this.#started = 0;
    if (this.#isUnproved && !BOUNDARY.test(text)) this.#trusted = false;
    this.#isUnproved = false;
    this.#length = this.#trusted === false ? Infinity : lengthIn(text);
    if (this.#trusted && this.#length <= Math.min(this.#plausible, MAX_FRAME_BYTES)) {
      this.#place = "copying";
      this.#memory = FrameMemory.allocate(this.#length);
      this.#memory.fill(START, 0);
    } else {
      this.#place = "scanning";
      this.#scanner.start(START);
    }
  }

  #copied(): FrameMemory | undefined {
    const memory = this.#memory!;
    if (!memory.isFull) return;
    const { bytes } = memory;
    const isWhole = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
    if (isWhole || this.#isOpenEnded) {
      this.#isUnproved = !isWhole;
      return this.#take();
    }
    this.#place = "behind";
  }

  #scanned(): FrameMemory | undefined {
    const { end, length } = this.#scanner;
    switch (end) {
      case "whole":
        if (length === this.#length) this.#trusted ??= true;
        return this.#take();
      case "broken off": {
        const memory = this.#takeBroken();
        // The marker that was found is the start of the next JPEG.
        this.#start();
        return memory;
      }
      case "too large":
        this.#place = "between";
        this.#onTooLarge();
        return;
      case undefined:
        if (length === this.#length) this.#place = "behind";
    }
  }

  /** A boundary follows: the JPEG is as long as its header says, but lacks its end. */
  #proved(): FrameMemory {
    this.#trusted ??= true;
    this.#isOpenEnded = true;
    this.#text.append(Buffer.from(this.#behind, "latin1"));
    this.#behind = "";
    return this.#take();
  }

  /** No boundary follows: the length is wrong, and its bytes are scanned after all. */
  *#disproved(): Generator<FrameMemory, void> {
    const behind = Buffer.from(this.#behind, "latin1");
    const memory = this.#memory;
    this.#trusted = false;
    this.#length = Infinity;
    this.#behind = "";
    this.#memory = undefined;
    this.#place = memory ? "between" : "scanning";
    if (memory) yield* this.push(memory.bytes);
    memory?.release();
    yield* this.push(behind);
  }

  /** The JPEG that was read. */
  #take(): FrameMemory {
    const memory = this.#memory ?? FrameMemory.copyOf(this.#scanner.bytes);
    this.#plausible = Math.max(this.#plausible, MAX_GROWTH * memory.bytes.length);
    this.#memory = undefined;
    this.#place = "between";
    return memory;
  }

  /** The JPEG that ended where the next one starts, without the boundary and the header between. */
  #takeBroken(): FrameMemory | undefined {
    const { bytes } = this.#scanner;
    if (bytes.length === START.length) return;
    this.#text.append(bytes);
    const text = this.#text.peek();
    const boundary = text.search(/\r?\n--[^]*?\n\r?\n$/);
    const end = boundary < 0 ? bytes.length : bytes.length - text.length + boundary;
    return FrameMemory.copyOf(bytes.subarray(0, end));
  }
}

function lengthIn(text: string): number {
  const length = Number(LENGTH.exec(text)?.[1] ?? NaN);
  return length > START.length && length <= MAX_FRAME_BYTES ? length : Infinity;
}
