import type { JpegFault } from "../frame/jpeg.ts";

/** How long all frames of a camera may be dropped, in milliseconds. */
export const ALL_DROPPED_MS = 3000;
/** How many such frames it takes, so that an accident does not count. */
const ALL_DROPPED = 10;

/** Counts dropped frames, and notices when all frames are dropped. */
export class Drops {
  /** All that were dropped so far. */
  readonly counts: Partial<Record<JpegFault, number>> = {};
  /** The drops since the last good frame. */
  #recent = new Map<JpegFault, number>();
  #since = performance.now();

  /** Starts anew, at the start of the source or at a good frame. */
  reset(at: number = performance.now()): void {
    this.#since = at;
    if (this.#recent.size > 0) this.#recent = new Map();
  }

  /** Counts a dropped frame. */
  add(fault: JpegFault): void {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    this.#recent.set(fault, (this.#recent.get(fault) ?? 0) + 1);
  }

  /** What to report when all recent frames were dropped; otherwise undefined. */
  complaint(at: number = performance.now()): string | undefined {
    const ms = at - this.#since;
    const count = this.#recent.values().reduce((sum, one) => sum + one, 0);
    if (ms < ALL_DROPPED_MS || count < ALL_DROPPED) return undefined;
    const faults = [...this.#recent].map(([fault, times]) => `${fault} (${times})`).join(", ");
    return `All ${count} frames of the last ${Math.round(ms / 1000)} s were dropped: ${faults}`;
  }
}
