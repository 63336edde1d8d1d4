/**
 * The time of day to a fraction of a millisecond.
 *
 * @module
 */

/** How far the two clocks may drift apart before the fine one is set again, in milliseconds. */
const TOLERANCE_MS = 20;

let origin = performance.timeOrigin;

/**
 * Milliseconds since 1970, with a fraction. `Date.now()` is too coarse for ages of half a
 * millisecond, and `performance.timeOrigin` never hears of a clock that is set: so the second is
 * used, and set by the first when they disagree.
 */
export function now(): number {
  const fine = origin + performance.now();
  const coarse = Date.now();
  if (Math.abs(fine - coarse) <= TOLERANCE_MS) return fine;
  origin += coarse - fine;
  return coarse;
}
