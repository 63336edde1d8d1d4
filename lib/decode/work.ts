import { EOI, isFrameHeader, isRestart, JpegError, segments, SOS } from "../frame/jpeg.ts";

/**
 * The most visits of blocks of 8x8 that a JPEG may take: each scan of a progressive JPEG visits all
 * of them again, and a scan of a whole picture fits into a few bytes. 64 megapixels of four colours
 * in one scan have 4 million, 16 megapixels in the usual ten scans 3.5 million.
 */
export const MAX_BLOCK_VISITS = 4_200_000;
/** The most pixels of a progressive JPEG: the decoder keeps all its blocks, 12 bytes a pixel. */
export const MAX_PROGRESSIVE_PIXELS = 16_000_000;

/**
 * How much work decoding is, in visits of blocks; each takes up to 1 µs. It finds scans behind the
 * first one by their markers, in some microseconds.
 *
 * @throws {JpegError} when it is too much, or another frame header follows the first scan.
 */
export function blockVisits(bytes: Uint8Array, width: number, height: number): number {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  let visits = 0;
  let scans = 0;
  let at = 0;
  const addScan = (start: number) => {
    scans++;
    visits += blocks * bytes[start + 4];
    if (visits <= MAX_BLOCK_VISITS) return;
    const words = `its ${scans} scans of ${width}x${height} pixels are too much work`;
    throw new JpegError("too large", words);
  };
  for (const { marker, start, end } of segments(bytes)) {
    at = end;
    if (isProgressive(marker) && width * height > MAX_PROGRESSIVE_PIXELS) {
      const limit = `the limit for progressive ones is ${MAX_PROGRESSIVE_PIXELS}`;
      throw new JpegError("too large", `it has ${width}x${height} pixels, and ${limit}`);
    }
    if (marker === SOS) addScan(start);
  }
  while ((at = bytes.indexOf(0xff, at)) >= 0 && at + 4 < bytes.length) {
    const marker = bytes[at + 1];
    if (marker === EOI) break;
    if (marker === 0xff) at++;
    else if (marker <= 0x01 || isRestart(marker)) at += 2;
    else {
      if (isFrameHeader(marker)) throw new JpegError("broken header", "it has two frame headers");
      if (marker === SOS) addScan(at);
      at += 2 + (bytes[at + 2] << 8 | bytes[at + 3]);
    }
  }
  return visits;
}

function isProgressive(marker: number): boolean {
  return isFrameHeader(marker) && marker % 4 === 2;
}
