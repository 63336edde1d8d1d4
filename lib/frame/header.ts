/** The parts of a JPEG's header, and whether decoders disagree about them. */

import { APP0, DHT, isFrameHeader, type Segment, segments } from "./jpeg.ts";
import { isExif, type Orientation, orientationIn } from "./orientation.ts";

/** A JPEG's header; offsets in bytes. */
export interface Header {
  /** The JFIF header, if the JPEG begins with one; otherwise empty. */
  readonly jfif: { readonly start: number; readonly end: number };
  /** The offset behind the Exif that follows the JFIF header. */
  readonly rest: number;
  /** All other segments, without any Exif, in order. */
  readonly segments: readonly Segment[];
  /** The frame header, which gives the size. */
  readonly frame: Segment | undefined;
  /** The header of the first scan. */
  readonly scan: Segment;
  /** Where the data of the first scan begins. */
  readonly scanData: number;
  readonly hasTables: boolean;
  readonly orientation: Orientation;
  /** Whether there are stray bytes between segments, or Exif behind others. */
  readonly isUntidy: boolean;
}

/**
 * Reads the header.
 *
 * @throws {JpegError} when it is torn.
 */
export function readHeader(bytes: Uint8Array): Header {
  const kept: Segment[] = [];
  let jfif = { start: 2, end: 2 };
  let rest = 2;
  let frame: Segment | undefined;
  let hasTables = false;
  let orientation: Orientation = 1;
  let isUntidy = false;
  let hasExif = false;
  for (const segment of segments(bytes)) {
    const { marker, start, end } = segment;
    isUntidy ||= segment.isBehindStray;
    if (marker === APP0 && rest === 2 && kept.length === 0) {
      jfif = segment;
      rest = end;
    } else if (isExif(bytes, segment)) {
      if (!hasExif) orientation = orientationIn(bytes, segment);
      hasExif = true;
      if (rest === start) rest = end;
      else isUntidy = true;
    } else {
      kept.push(segment);
      if (isFrameHeader(marker)) frame ??= segment;
      hasTables ||= marker === DHT;
    }
  }
  const scan = kept.at(-1)!;
  return {
    jfif,
    rest,
    segments: kept,
    frame,
    scan,
    scanData: scan.end,
    hasTables,
    orientation,
    isUntidy,
  };
}
