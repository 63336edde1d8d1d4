/** How frames are numbered. */

/**
 * The number after `sequence`. It skips numbers whose bytes contain `FF D8` or `FF D9`, because the
 * number is part of the frame's Exif, and programs that search for the end of a frame byte by byte
 * (such as Home Assistant) would cut the frame there.
 */
export function nextSequence(sequence: number): number {
  let next = sequence;
  do next = (next + 1) >>> 0; while (holdsMarker(next));
  return next;
}

function holdsMarker(number: number): boolean {
  for (let shift = 0; shift <= 16; shift += 8) {
    const pair = number >>> shift & 0xffff;
    if (pair === 0xffd8 || pair === 0xffd9) return true;
  }
  return false;
}
