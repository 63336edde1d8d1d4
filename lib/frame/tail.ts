/** The end of a JPEG, with or without its marker, and the height that some cameras give only there. */

import type { Header } from "./header.ts";
import { endOfScan, JpegError } from "./jpeg.ts";

const DNL = 0xdc;
/** Length of a segment with the number of lines: marker, its own length, the height. */
const DNL_BYTES = 6;

/** How a JPEG ends. */
export interface Tail {
  /** Offset of the end marker, or of where it belongs. */
  readonly end: number;
  /** The height in pixels, if only a segment behind the scan gives it. */
  readonly height: number | undefined;
  /** Whether there is no end marker. */
  readonly isOpen: boolean;
}

/**
 * Finds the end, and cuts off a DNL segment, which gives or repeats the height (B.2.5). Without an
 * end marker, the JPEG ends where its bytes end, as decoders assume.
 *
 * @throws {JpegError} when there is no data at all, or no height.
 */
export function endOf(bytes: Uint8Array, { frame, scanData }: Header): Tail {
  let end = endOfScan(bytes, scanData);
  const isOpen = end < 0;
  if (isOpen) {
    end = bytes.length;
    // Half a marker, or fill bytes in front of a lost one.
    while (end > scanData && bytes[end - 1] === 0xff) end--;
  }
  if (end <= scanData) throw new JpegError("no end", "it ends where its data should begin");
  let height: number | undefined;
  while (end - DNL_BYTES > scanData && isDnl(bytes, end - DNL_BYTES)) {
    end -= DNL_BYTES;
    height = lines(bytes, end);
  }
  const isGiven = !frame || (bytes[frame.start + 5] | bytes[frame.start + 6]) !== 0;
  if (isGiven) return { end, height: undefined, isOpen };
  // With more than one scan, it is behind the first.
  height ??= linesBetween(bytes, scanData, end);
  if (!height) throw new JpegError("no size", "it gives no height");
  return { end, height, isOpen };
}

function isDnl(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === DNL && bytes[at + 2] === 0 && bytes[at + 3] === 4;
}

function lines(bytes: Uint8Array, at: number): number {
  return bytes[at + 4] << 8 | bytes[at + 5];
}

function linesBetween(bytes: Uint8Array, from: number, end: number): number | undefined {
  for (let at = bytes.indexOf(DNL, from); at >= 0 && at < end; at = bytes.indexOf(DNL, at + 1)) {
    if (isDnl(bytes, at - 1)) return lines(bytes, at - 1);
  }
}
