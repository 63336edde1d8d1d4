import { MAX_FRAME_BYTES } from "../frame/frame.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** The start of the next part's boundary or header, behind a JPEG without an end. */
const NEXT_PART = /(?:\r?\n--|\r?\ncontent-)[^]*?\n\r?\n$/i;
/** The longest boundary and header, in bytes. */
const NEXT_PART_BYTES = 1024;
/** The first size of the buffer, in bytes; it doubles. */
const BUFFER_BYTES = 64 * 1024;

/** Windows-1252: one character a byte. */
const latin1 = new TextDecoder("latin1");

/** What comes next. */
const enum Next {
  /** Header bytes or picture data: only `FF` matters. */
  Data,
  /** The second byte of a marker. */
  Marker,
  /** The two bytes of a segment's length. */
  High,
  Low,
  /** The rest of a segment, which is skipped: it may contain a thumbnail, which is a JPEG, too. */
  Segment,
}

/** How a JPEG ended: with its end marker, where another one starts, or because it is too large. */
export type JpegEnd = "whole" | "broken off" | "too large";

/**
 * Collects one JPEG that comes in pieces, and finds its end by its markers. Like browsers, it
 * tolerates stray bytes between segments, fill bytes, and restart markers of any number.
 *
 * Source: ITU-T T.81, annex B.
 */
export class JpegScanner {
  #buffer = new Uint8Array(BUFFER_BYTES);
  #length = 0;
  #next = Next.Data;
  #inData = false;
  #segment = 0;
  #end: JpegEnd | undefined;

  /** How the JPEG ended; undefined while it has not. */
  get end(): JpegEnd | undefined {
    return this.#end;
  }

  /** The bytes so far; they are valid until the next {@linkcode start}. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** The bytes of a JPEG that was broken off, without the boundary and the header of the next one. */
  parts(): { readonly data: Uint8Array; readonly next: Uint8Array } {
    const { bytes } = this;
    const from = Math.max(0, bytes.length - NEXT_PART_BYTES);
    const at = latin1.decode(bytes.subarray(from)).search(NEXT_PART);
    const end = at < 0 ? bytes.length : from + at;
    return { data: bytes.subarray(0, end), next: bytes.subarray(end) };
  }

  /** How many bytes there are so far. */
  get length(): number {
    return this.#length;
  }

  /** Begins a JPEG with its start marker. */
  start(bytes: Uint8Array): void {
    this.#length = 0;
    this.#append(bytes);
    this.#next = Next.Data;
    this.#inData = false;
    this.#end = undefined;
  }

  /** Takes bytes from `from` up to `to`, or up to the end of the JPEG; returns the offset behind. */
  take(chunk: Uint8Array, from: number, to: number): number {
    const at = this.#scan(chunk, from, to);
    if (this.#length + at - from > MAX_FRAME_BYTES) {
      // Frees the memory that an endless part took.
      this.#buffer = new Uint8Array(BUFFER_BYTES);
      this.#length = 0;
      this.#end = "too large";
    } else this.#append(chunk.subarray(from, at));
    if (this.#end === "broken off") this.#length -= 2;
    return at;
  }

  #scan(chunk: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      if (this.#next === Next.Data) {
        at = chunk.indexOf(0xff, at) + 1;
        if (at === 0 || at > to) return to;
        this.#next = Next.Marker;
      } else if (this.#next === Next.Segment) {
        const count = Math.min(this.#segment, to - at);
        this.#segment -= count;
        at += count;
        if (this.#segment === 0) this.#next = Next.Data;
      } else {
        this.#read(chunk[at++]);
        if (this.#end) return at;
      }
    }
    return at;
  }

  #read(byte: number): void {
    if (this.#next === Next.Marker) this.#readMarker(byte);
    else if (this.#next === Next.High) {
      this.#segment = byte << 8;
      this.#next = Next.Low;
    } else {
      // The length counts its own two bytes.
      this.#segment = Math.max(0, this.#segment + byte - 2);
      this.#next = this.#segment > 0 ? Next.Segment : Next.Data;
    }
  }

  #readMarker(marker: number): void {
    // Any number of FF may precede a marker (B.1.1.2).
    if (marker === 0xff) return;
    this.#next = Next.Data;
    if (marker === EOI) this.#end = "whole";
    else if (marker === SOI) this.#end = "broken off";
    else if (this.#inData ? isAmongData(marker) : hasLength(marker)) this.#next = Next.High;
    this.#inData ||= marker === SOS;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }
}

/** Whether a segment with a length follows the marker; not after stuffed bytes, TEM and RSTn. */
function hasLength(marker: number): boolean {
  return marker > 0x01 && !(marker >= 0xd0 && marker <= 0xd7);
}

/**
 * Whether a segment follows a marker found among picture data: tables, further scans, DNL, comments.
 * Any other marker there is damage, whose "length" would swallow the frames behind it.
 */
function isAmongData(marker: number): boolean {
  return marker === 0xc4 || (marker >= SOS && marker <= 0xdd) || marker === 0xfe;
}
