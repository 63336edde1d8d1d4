import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { Gap } from "./gap.ts";
import { JpegScanner } from "./jpeg_scanner.ts";

/** The start marker. */
const START = new Uint8Array([0xff, 0xd8]);
/** The bytes behind the end of a part. */
const BOUNDARY = /^\r?\n?--/;
/** Bytes that may become a boundary with the next byte. */
const BOUNDARY_BEGUN = /^\r?\n?-?$/;
/**
 * How many times as long as the longest JPEG so far a length may be. With a longer one, the JPEG is
 * scanned: a wrong length would swallow the JPEGs behind it.
 */
const MAX_GROWTH = 4;
/**
 * How many smaller JPEGs behind the first one of a part are skipped. More mean that there are no
 * boundaries.
 */
export const MAX_PREVIEWS = 3;

/** Options of {@linkcode JpegStreamReader}. */
export interface JpegStreamReaderOptions {
  /** Whether lengths are right from the first one on, as ffmpeg's are; false by default. */
  readonly trustLengths?: boolean;
  /** Called for each JPEG that is larger than a frame may be; it is skipped. */
  readonly onTooLarge?: () => void;
}

/** The reader's state: between JPEGs, scanning or copying one, or behind a JPEG's length. */
type Place = "between" | "scanning" | "copying" | "behind";

/**
 * Finds the JPEGs in a stream of bytes; does no I/O itself. It skips bytes between two JPEGs, and
 * anything behind the first JPEG of a part, such as a preview.
 *
 * Once a `Content-Length` has proved right, a JPEG is copied by its length. Until then, without a
 * plausible length, and always after a wrong one, its markers are scanned for its end. So no JPEG
 * waits for the next one, except one without both length and end.
 */
export class JpegStreamReader {
  readonly #onTooLarge: () => void;
  readonly #scanner = new JpegScanner();
  readonly #gap = new Gap();
  #place: Place = "between";
  /** The JPEG that is being copied. */
  #memory: FrameMemory | undefined;
  /** The length of the JPEG that is being read, as the header gives it. */
  #length = Infinity;
  /** Whether it is the first one of a part. */
  #isFirst = false;
  /** How many smaller JPEGs to skip, if no part begins. */
  #previews = 0;
  /** The length of the first one of the part. */
  #firstLength = 0;
  /** Whether lengths are right; undefined until one has proved to be. */
  #trusted: boolean | undefined;
  /** The longest plausible length. */
  #plausible = 0;
  /** Whether JPEGs of the right length come without an end marker at their end. */
  #isOpenEnded = false;
  /** Whether only its length ended the last JPEG. */
  #isUnproved = false;
  /** The bytes behind a JPEG that does not end where its length says. */
  #behind = "";

  constructor({ trustLengths, onTooLarge = () => {} }: JpegStreamReaderOptions = {}) {
    this.#trusted = trustLengths;
    if (trustLengths) this.#plausible = Infinity;
    this.#onTooLarge = onTooLarge;
  }

  /** Yields each JPEG that ends in this chunk, before it reads the rest. Take them all. */
  *push(chunk: Uint8Array): Generator<FrameMemory, void> {
    for (let at = 0; at < chunk.length;) {
      let memory: FrameMemory | undefined;
      if (this.#place === "between") {
        at = this.#gap.take(chunk, at);
        if (this.#gap.isOver) this.#start();
      } else if (this.#place === "copying") {
        at = this.#memory!.fill(chunk, at);
        memory = this.#copied();
      } else if (this.#place === "scanning") {
        const to = Math.min(chunk.length, at + this.#length - this.#scanner.length);
        at = this.#scanner.take(chunk, at, to);
        memory = this.#scanned();
      } else {
        this.#behind += String.fromCharCode(chunk[at++]);
        if (BOUNDARY.test(this.#behind)) memory = this.#proved();
        else if (!BOUNDARY_BEGUN.test(this.#behind)) yield* this.#disproved();
      }
      if (memory) yield memory;
    }
  }

  /** Ends the stream, and returns the last JPEG if it had no end. Another stream may follow. */
  end(): FrameMemory | undefined {
    const isOpen = this.#place === "scanning" || this.#place === "behind";
    const memory = isOpen ? this.#take() : undefined;
    this.#memory = undefined;
    this.#behind = "";
    this.#gap.reset();
    this.#isFirst = false;
    this.#previews = 0;
    this.#place = "between";
    return memory;
  }

  #start(): void {
    const { length, isPart, isAtBoundary } = this.#gap;
    this.#gap.reset();
    if (isPart) {
      this.#isFirst = true;
      this.#previews = 0;
    }
    if (this.#isUnproved && !isAtBoundary) this.#trusted = false;
    this.#isUnproved = false;
    this.#length = this.#trusted === false ? Infinity : length;
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
        const { data, next } = this.#scanner.parts();
        const memory = data.length > START.length ? this.#take(data) : undefined;
        // The next JPEG may be the whole one, sent again.
        this.#previews = 0;
        // The marker that was found is its start.
        this.#gap.add(next);
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
  #proved(): FrameMemory | undefined {
    this.#trusted ??= true;
    this.#isOpenEnded = true;
    this.#gap.add(Buffer.from(this.#behind, "latin1"));
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

  /** The JPEG that was read, unless it is a preview. */
  #take(scanned = this.#scanner.bytes): FrameMemory | undefined {
    this.#place = "between";
    const { length } = this.#memory?.bytes ?? scanned;
    this.#previews = length < this.#firstLength ? this.#previews : 0;
    if (this.#previews-- > 0) return undefined;
    this.#previews = this.#isFirst ? MAX_PREVIEWS : 0;
    this.#isFirst = false;
    this.#firstLength = length;
    this.#plausible = Math.max(this.#plausible, MAX_GROWTH * length);
    const memory = this.#memory ?? FrameMemory.copyOf(scanned);
    this.#memory = undefined;
    return memory;
  }
}
