/**
 * Bytes with room around them, so that what is put before or behind them on the way needs no copy.
 *
 * Memory for a frame costs more than its bytes: it is cleared, and its pages are fetched from the
 * system one by one, for every frame anew.
 *
 * @module
 */

/** What of a buffer is in use; the rest is free, and given away once. */
interface Used {
  from: number;
  to: number;
}

const used = new WeakMap<ArrayBuffer, Used>();

/** New bytes with as many free ones before and behind them. */
export function roomyBytes(
  length: number,
  before: number,
  behind: number,
): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(before + length + behind);
  used.set(buffer, { from: before, to: before + length });
  return new Uint8Array(buffer, before, length);
}

/**
 * The bytes with as many more before and behind them, for the caller to fill: in the same memory if
 * it is free there, else in a copy. What was a view of the bytes stays one.
 */
export function extend(
  bytes: Uint8Array,
  before: number,
  behind: number = 0,
): Uint8Array<ArrayBuffer> {
  const { byteOffset, length } = bytes;
  const buffer = bytes.buffer as ArrayBuffer;
  const from = byteOffset - before;
  const to = byteOffset + length + behind;
  const use = used.get(buffer);
  const isFree = use !== undefined && before + behind > 0 &&
    from >= 0 && to <= buffer.byteLength &&
    (before === 0 || use.from === byteOffset) && (behind === 0 || use.to === byteOffset + length);
  if (isFree) {
    used.set(buffer, { from: Math.min(use.from, from), to: Math.max(use.to, to) });
    return new Uint8Array(buffer, from, to - from);
  }
  const copy: Uint8Array<ArrayBuffer> = new Uint8Array(before + length + behind);
  copy.set(bytes, before);
  return copy;
}
