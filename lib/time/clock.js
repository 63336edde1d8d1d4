/** How far the two clocks may drift apart before the fine one is set again, in milliseconds. */
const TOLERANCE_MS = 20;

let origin = performance.timeOrigin;

/**
 * Milliseconds since 1970, with a fraction, on a server and in a browser. `Date.now()` is too coarse
 * for ages below a millisecond, and `performance.timeOrigin` does not follow a clock that is set.
 * So this uses the second, and corrects it with the first.
 *
 * @returns {number}
 */
export function now() {
  const fine = origin + performance.now();
  const coarse = Date.now();
  if (Math.abs(fine - coarse) <= TOLERANCE_MS) return fine;
  origin += coarse - fine;
  return coarse;
}
