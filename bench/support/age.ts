/**
 * Ages of frames; some may be unknown.
 *
 * @module
 */

import { quantile } from "./figure.ts";

/** The age that `share` of the frames stay under; null if no age is known. */
export function age(ages: readonly (number | null)[], share: number): number | null {
  const known = ages.filter((age) => age !== null);
  return known.length === 0 ? null : quantile(known, share);
}
