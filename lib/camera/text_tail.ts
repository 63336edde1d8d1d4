/** How much is kept, in bytes: more than the header of a part. */
export const TAIL_BYTES = 1024;

const latin1 = new TextDecoder("latin1");

/** The end of a text that comes in pieces and may never end. */
export class TextTail {
  readonly #bytes = new Uint8Array(TAIL_BYTES);
  #length = 0;

  /** Adds bytes. */
  append(piece: Uint8Array): void {
    const added = piece.length > TAIL_BYTES ? piece.subarray(-TAIL_BYTES) : piece;
    const surplus = this.#length + added.length - TAIL_BYTES;
    if (surplus > 0) {
      this.#bytes.copyWithin(0, surplus, this.#length);
      this.#length -= surplus;
    }
    this.#bytes.set(added, this.#length);
    this.#length += added.length;
  }

  /** The last {@linkcode TAIL_BYTES}, one character each. */
  peek(): string {
    return latin1.decode(this.#bytes.subarray(0, this.#length));
  }

  /** The same, and forgets them. */
  take(): string {
    const text = this.peek();
    this.#length = 0;
    return text;
  }
}
