/**
 * A run of bytes of known length, put together from chunks of any length.
 *
 * @module
 */

import { roomyBytes } from "../frame/roomy.ts";

/** Free bytes around those that are collected. */
export interface Room {
  /** How many before them. */
  readonly before: number;
  /** How many behind them. */
  readonly behind: number;
}

/** Collects `length` bytes into an array of its own: one copy, one allocation. */
export class Assembler {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;

  constructor(length: number, room: Room = { before: 0, behind: 0 }) {
    this.#bytes = roomyBytes(length, room.before, room.behind);
  }

  /** All the bytes, once they are there. */
  get whole(): Uint8Array<ArrayBuffer> | undefined {
    return this.#filled === this.#bytes.length ? this.#bytes : undefined;
  }

  /** Takes what it still needs of `chunk` from offset `at` on; returns the offset behind that. */
  take(chunk: Uint8Array, at: number): number {
    const count = Math.min(this.#bytes.length - this.#filled, chunk.length - at);
    this.#bytes.set(chunk.subarray(at, at + count), this.#filled);
    this.#filled += count;
    return at + count;
  }
}
