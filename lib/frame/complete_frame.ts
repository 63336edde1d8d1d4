/** From the bytes of a camera or an encoder to a frame, in the memory they were written to. */

import { exifBytes, wasRepaired, writeExifBlock } from "./exif_block.js";
import { Frame, type FrameMeta } from "./frame.ts";
import type { FrameMemory } from "./frame_memory.ts";
import { readHeader } from "./header.ts";
import { STANDARD_TABLES } from "./huffman_tables.ts";
import { EOI } from "./jpeg.ts";
import { normalise } from "./normalise.ts";
import { endOf } from "./tail.ts";

/**
 * Completes a JPEG, and takes over its memory. It normalises the header, so that every decoder
 * takes what browsers show ({@linkcode normalise}). It adds a missing end marker, and cuts off
 * bytes behind the end, because some cameras pad with zeros. It writes the capture time and the
 * number as Exif, behind the JFIF header if there is one. This replaces the camera's own Exif, and
 * keeps only its orientation; it also says whether the JPEG had to be repaired. Missing Huffman
 * tables follow. All of this goes into the headroom: in a usual JPEG, only the few bytes of the
 * JFIF header move.
 *
 * @throws {JpegError} when the JPEG is torn in its header. The memory is then still the caller's.
 */
export function completeFrame(memory: FrameMemory, meta: FrameMeta): Frame {
  const { bytes } = memory;
  const header = readHeader(bytes);
  const { end, height, isOpen } = endOf(bytes, header);
  const { jfif, orientation } = header;
  const start = bytes.slice(jfif.start, jfif.end);
  // These segments are written anew; from `rest` on, the bytes stay where they are.
  const segments = normalise(bytes, header, height);
  const rest = segments ? header.scanData : header.rest;
  const tables = header.hasTables ? 0 : STANDARD_TABLES.length;
  const isRepaired = isOpen || segments !== undefined || wasRepaired(bytes);
  const exif = exifBytes(orientation, isRepaired);
  const inFront = 2 + start.length + exif + tables + (segments?.length ?? 0);
  memory.append(end + 2 - bytes.length);
  memory.prepend(inFront - rest);
  const whole = memory.bytes;
  whole.set([0xff, 0xd8]);
  whole.set(start, 2);
  const { capturedAt, sequence } = meta;
  writeExifBlock(whole, 2 + start.length, capturedAt, sequence, orientation, isRepaired);
  if (tables > 0) whole.set(STANDARD_TABLES, 2 + start.length + exif);
  if (segments) whole.set(segments, inFront - segments.length);
  whole.set([0xff, EOI], whole.length - 2);
  return new Frame(memory, meta);
}
