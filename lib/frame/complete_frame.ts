/** From the bytes of a camera or an encoder to a frame, in the memory they were written to. */

import { EXIF_BYTES, writeExifBlock } from "./exif_block.js";
import { Frame, type FrameMeta } from "./frame.ts";
import type { FrameMemory } from "./frame_memory.ts";
import { STANDARD_TABLES } from "./huffman_tables.ts";
import { APP0, APP1, DHT, endOfJpeg, segments } from "./jpeg.ts";

/**
 * Completes a JPEG, and takes over its memory. Bytes behind the end are cut off: some cameras pad
 * with zeros. The capture time and the number are put in as Exif, behind a JFIF header if there is
 * one, in place of an Exif block that was there. Missing Huffman tables are put in behind that. All
 * of it goes into the headroom: only the few bytes of the JFIF header move.
 *
 * @throws {JpegError} when the JPEG is torn. The memory is then still the caller's.
 */
export function completeFrame(memory: FrameMemory, meta: FrameMeta): Frame {
  const { bytes } = memory;
  const { head, rest, end, hasTables } = layout(bytes);
  const start = bytes.slice(0, head);
  const tables = hasTables ? 0 : STANDARD_TABLES.length;
  memory.append(end - bytes.length);
  memory.prepend(EXIF_BYTES + tables - (rest - head));
  const whole = memory.bytes;
  whole.set(start);
  writeExifBlock(whole, head, meta.capturedAt, meta.sequence);
  if (!hasTables) whole.set(STANDARD_TABLES, head + EXIF_BYTES);
  return new Frame(memory, meta);
}

/** Where things are, as offsets in bytes. */
interface Layout {
  /** Behind the start marker and the JFIF header. */
  readonly head: number;
  /** Behind the Exif blocks that follow. */
  readonly rest: number;
  /** Behind the end marker. */
  readonly end: number;
  readonly hasTables: boolean;
}

function layout(bytes: Uint8Array): Layout {
  let head = 2;
  let rest = 2;
  let hasTables = false;
  let scanData = 2;
  for (const { marker, start, end } of segments(bytes)) {
    if (marker === APP0 && head === start) head = rest = end;
    else if (marker === APP1 && rest === start && isExif(bytes, start)) rest = end;
    hasTables ||= marker === DHT;
    scanData = end;
  }
  return { head, rest, end: endOfJpeg(bytes, scanData), hasTables };
}

const EXIF = new TextEncoder().encode("Exif\0\0");

function isExif(bytes: Uint8Array, start: number): boolean {
  return EXIF.every((byte, i) => bytes[start + 4 + i] === byte);
}
