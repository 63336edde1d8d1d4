/**
 * A quantity that was measured several times, and how a report shows it.
 *
 * @module
 */

/** One quantity, measured once a round. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** The median and the range of values; null if there are none. */
export function figure(values: readonly (number | null)[]): Figure | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    median: quantile(sorted, 0.5),
    min: sorted[0],
    max: sorted.at(-1)!,
    rounds: sorted.length,
  };
}

/** The value that `share` of all values stay under. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** One value divided by another, times `scale`; null if one is missing. */
export function ratio(one: number | null, other: number | null, scale: number = 1): number | null {
  return one === null || other === null ? null : one / (scale * other);
}

/** A cell as text: the median, and the range if it is more than a tenth of it. */
export function show(value: Cell): string {
  if (value === null) return "–";
  if (typeof value === "string") return value;
  if (typeof value === "number") return digits(value);
  const { median, min, max } = value;
  const isSpread = max - min > 0.1 * Math.abs(median);
  return isSpread ? `${digits(median)} (${digits(min)} to ${digits(max)})` : digits(median);
}

/** A cell of a table. */
export type Cell = string | number | Figure | null;

/** Three significant digits. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}
