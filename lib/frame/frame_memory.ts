/**
 * The memory of one frame: written once, framed in place, and freed when its last holder lets go.
 *
 * New memory is expensive: the system clears it and maps it page by page, which takes longer than
 * copying a frame into it. So a frame has room for everything that is added on its way, and its
 * last holder frees the memory at once, so that the next frame can use it. V8 alone would keep up
 * to 64 MiB of dead buffers in each thread, and in an idle thread forever.
 */

import { MAX_EXIF_BYTES } from "./exif_block.js";
import { STANDARD_TABLES } from "./huffman_tables.ts";

/** The longest head of an envelope, in bytes: the header of a multipart part has up to 96. */
export const ENVELOPE_HEAD_BYTES = 128;
/** Free bytes in front of a new frame: its Exif, its Huffman tables, and an envelope's head. */
export const HEADROOM = MAX_EXIF_BYTES + STANDARD_TABLES.length + ENVELOPE_HEAD_BYTES;
/** Free bytes behind a new frame: an end marker and an envelope's tail. */
export const TAILROOM = 32;

/** How much free room to leave around the bytes. */
export interface Room {
  /** Free bytes in front; {@linkcode HEADROOM} by default. */
  readonly headroom?: number;
  /** Free bytes behind; {@linkcode TAILROOM} by default. */
  readonly tailroom?: number;
}

/** A buffer with bytes in the middle. Its creator is its first holder. */
export class FrameMemory {
  readonly #buffer: ArrayBuffer;
  #start: number;
  #end: number;
  #filled = 0;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #holders = 1;

  private constructor(buffer: ArrayBuffer, start: number, end: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
  }

  /** New memory for `length` bytes, to be filled chunk by chunk. */
  static allocate(
    length: number,
    { headroom = HEADROOM, tailroom = TAILROOM }: Room = {},
  ): FrameMemory {
    const buffer = new ArrayBuffer(headroom + length + tailroom);
    return new FrameMemory(buffer, headroom, headroom + length);
  }

  /** New memory with a copy of `bytes`. */
  static copyOf(bytes: Uint8Array): FrameMemory {
    const memory = FrameMemory.allocate(bytes.length);
    memory.fill(bytes, 0);
    return memory;
  }

  /** Memory from another thread: its bytes, and the free room around them. */
  static adopt({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): FrameMemory {
    const memory = new FrameMemory(buffer, byteOffset, byteOffset + length);
    memory.#filled = length;
    return memory;
  }

  /** The bytes, as a view. @throws {TypeError} when the memory was released. */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.#assertHeld("read");
    // Making a view costs more than all else that a viewer does with a frame.
    return this.#bytes ??= new Uint8Array(this.#buffer, this.#start, this.#end - this.#start);
  }

  /** Whether all bytes are there. */
  get isFull(): boolean {
    return this.#filled === this.#end - this.#start;
  }

  /** Copies the missing bytes from `chunk`, from offset `at` on; returns the offset behind them. */
  fill(chunk: Uint8Array, at: number): number {
    const free = this.#end - this.#start - this.#filled;
    const count = Math.min(free, chunk.length - at);
    const part = count === chunk.length ? chunk : chunk.subarray(at, at + count);
    new Uint8Array(this.#buffer, this.#start + this.#filled, count).set(part);
    this.#filled += count;
    return at + count;
  }

  /** Moves the start by `count` bytes: into the headroom, or back if negative. */
  prepend(count: number): void {
    if (count > this.#start) throw outOfRoom("in front of", count, this.#start);
    this.#start -= count;
    this.#filled += count;
    this.#bytes = undefined;
  }

  /** Moves the end by `count` bytes: into the tailroom, or back if negative. */
  append(count: number): void {
    const free = this.#buffer.byteLength - this.#end;
    if (count > free) throw outOfRoom("behind", count, free);
    this.#end += count;
    this.#filled += count;
    this.#bytes = undefined;
  }

  /** The bytes between `head` and `tail` in one piece, without moving them; undefined without room. */
  enclose(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const start = this.#start - head.length;
    const end = this.#end + tail.length;
    if (start < 0 || end > this.#buffer.byteLength) return undefined;
    const whole = new Uint8Array(this.#buffer, start, end - start);
    whole.set(head);
    whole.set(tail, this.#end - start);
    return whole;
  }

  /** One more holder. @throws {TypeError} when the memory was released. */
  retain(): void {
    this.#assertHeld("retain");
    this.#holders++;
  }

  /** One holder less; the last one frees the memory. @throws {TypeError} when it was released. */
  release(): void {
    this.#assertHeld("release");
    if (--this.#holders === 0) this.#buffer.transfer(0);
  }

  #assertHeld(action: string): void {
    if (this.#holders > 0) return;
    throw new TypeError(`Cannot ${action} a frame whose memory was released`);
  }
}

/** Frees bytes that nobody else reads, such as a decoder's output, before the collector would. */
export function free({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

function outOfRoom(where: string, count: number, room: number): RangeError {
  return new RangeError(`Cannot put ${count} bytes ${where} a frame: it has room for ${room}`);
}
