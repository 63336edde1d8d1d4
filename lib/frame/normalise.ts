/**
 * Rewrites odd headers, which libjpeg and every browser accept but other decoders refuse, so that
 * all decoders accept them. The pixels stay the same.
 *
 * Source: ITU-T T.81, annexes B and F; libjpeg's jdmarker.c and jdapimin.c for what it takes.
 */

import { concat } from "@std/bytes/concat";
import type { Header } from "./header.ts";
import { DHT, holds, type Segment, SOS } from "./jpeg.ts";

const APP14 = 0xee;
const ADOBE = new TextEncoder().encode("Adobe");
const JFIF = new TextEncoder().encode("JFIF\0");
/** An Adobe segment without colour transform. */
const RGB = Uint8Array.of(0xff, APP14, 0, 14, ...ADOBE, 0, 100, 0, 0, 0, 0, 0);
/** Offset of the colour transform in an Adobe segment. */
const TRANSFORM = 15;
/** For each class of Huffman tables (DC, AC): the number that a used table gets. */
type Renumbering = readonly [dc: ReadonlyMap<number, number>, ac: ReadonlyMap<number, number>];

/**
 * The header's segments as every decoder accepts them; undefined if nothing has to change.
 *
 * - Stray bytes between segments, and Exif among others, are left out.
 * - A sequential scan has all coefficients, even if its header says otherwise (`00 00 00` instead
 *   of `00 3F 00`).
 * - Huffman tables have the numbers 0 and 1.
 * - Adobe's colour transform is a known one, and agrees with JFIF. Components with the names R, G
 *   and B get a segment that says so.
 * - The frame header has the height: `height` is the one from behind the scan.
 */
export function normalise(
  bytes: Uint8Array,
  header: Header,
  height: number | undefined,
): Uint8Array | undefined {
  const { frame, scan, segments, isUntidy } = header;
  const isSequential = frame?.marker === 0xc0 || frame?.marker === 0xc1;
  const components = frame ? bytes[frame.start + 9] : 0;
  const isOnlyScan = isSequential && isScanOf(bytes, scan, components);
  const fixesScan = isOnlyScan && !hasAllCoefficients(bytes, scan);
  const tables = isOnlyScan ? renumbering(bytes, scan) : undefined;
  const adobe = segments.find((segment) => isAdobe(bytes, segment));
  const transform = adobe && transformOf(bytes, adobe, components, hasJfif(bytes, header));
  const fixesAdobe = adobe && transform !== bytes[adobe.start + TRANSFORM];
  const isRgb = !adobe && !hasJfif(bytes, header) && frame && isNamedRgb(bytes, frame, components);
  const isFine = !isUntidy && !fixesScan && !tables && !fixesAdobe && !isRgb;
  if (isFine && height === undefined) return undefined;
  const written = segments.map((segment) => {
    const copy = bytes.slice(segment.start, segment.end);
    if (segment === frame && height !== undefined) copy.set([height >> 8, height & 0xff], 5);
    if (segment === adobe && transform !== undefined) copy[TRANSFORM] = transform;
    if (segment.marker === SOS && fixesScan) copy.set([0, 63, 0], copy.length - 3);
    if (!tables) return copy;
    if (segment.marker === SOS) renumberScan(copy, tables);
    return segment.marker === DHT ? renumberTables(copy, tables) : copy;
  });
  return concat(isRgb ? [RGB, ...written] : written);
}

/** Whether the components are called R, G and B. */
function isNamedRgb(bytes: Uint8Array, { start }: Segment, components: number): boolean {
  return components === 3 && [82, 71, 66].every((id, i) => bytes[start + 10 + 3 * i] === id);
}

/** Whether the scan is whole, and has all components of the frame, so that no other follows. */
function isScanOf(bytes: Uint8Array, { start, end }: Segment, components: number): boolean {
  return bytes[start + 4] === components && end - start === 8 + 2 * components;
}

function hasAllCoefficients(bytes: Uint8Array, { end }: Segment): boolean {
  return bytes[end - 3] === 0 && bytes[end - 2] === 63 && bytes[end - 1] === 0;
}

/** New numbers for the Huffman tables that a scan uses; undefined if they are fine or too many. */
function renumbering(bytes: Uint8Array, { start, end }: Segment): Renumbering | undefined {
  const [dc, ac] = [new Map<number, number>(), new Map<number, number>()];
  let isOdd = false;
  for (let at = start + 6; at < end - 3; at += 2) {
    for (const [used, id] of [[dc, bytes[at] >> 4], [ac, bytes[at] & 15]] as const) {
      // There are no other numbers, and libjpeg refuses the JPEG.
      if (id > 3) return undefined;
      isOdd ||= id > 1;
      if (!used.has(id)) used.set(id, used.size);
    }
  }
  return isOdd && dc.size <= 2 && ac.size <= 2 ? [dc, ac] : undefined;
}

function renumberScan(scan: Uint8Array, [dc, ac]: Renumbering): void {
  for (let at = 6; at < scan.length - 3; at += 2) {
    scan[at] = dc.get(scan[at] >> 4)! << 4 | ac.get(scan[at] & 15)!;
  }
}

/** Renumbers the tables of one segment, and leaves out those that the scan does not use. */
function renumberTables(segment: Uint8Array, numbers: Renumbering): Uint8Array {
  const parts: Uint8Array[] = [segment.slice(0, 4)];
  for (let at = 4, end = 4; at < segment.length; at = end) {
    end = at + 17 + segment.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    const kind = segment[at] >> 4;
    const number = numbers[kind]?.get(segment[at] & 15);
    // Decoders refuse a table that is cut off or of an unknown class; it stays, so that they do.
    if (end > segment.length || kind > 1) return segment;
    if (number === undefined) continue;
    parts.push(Uint8Array.of(kind << 4 | number), segment.subarray(at + 1, end));
  }
  if (parts.length === 1) return new Uint8Array(0);
  const written = concat(parts);
  written.set([(written.length - 2) >> 8, (written.length - 2) & 0xff], 2);
  return written;
}

function isAdobe(bytes: Uint8Array, segment: Segment): boolean {
  const { marker, start, end } = segment;
  return marker === APP14 && end - start > TRANSFORM && holds(bytes, segment, ADOBE);
}

function hasJfif(bytes: Uint8Array, { jfif }: Header): boolean {
  return jfif.end - jfif.start >= 18 && holds(bytes, jfif, JFIF);
}

/** The colour transform that libjpeg takes: 1 (YCbCr) for an unknown one, 2 (YCCK) with black. */
function transformOf(
  bytes: Uint8Array,
  { start }: Segment,
  components: number,
  isJfif: boolean,
): number {
  const transform = bytes[start + TRANSFORM];
  if (components === 4) return transform === 0 ? 0 : 2;
  if (components !== 3) return transform;
  return transform === 0 && !isJfif ? 0 : 1;
}
