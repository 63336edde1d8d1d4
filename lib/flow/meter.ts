/**
 * What is measured along the way: rates and percentiles over a short while.
 *
 * @module
 */

/** How far back a rate looks, in milliseconds. */
export const RATE_WINDOW_MS = 3000;
/** How many of the newest values a percentile is taken of: ten seconds at 30 a second. */
export const PERCENTILE_WINDOW = 300;

/** Frames and bytes a second, over the last {@linkcode RATE_WINDOW_MS}. */
export class RateMeter {
  readonly #events: { at: number; bytes: number }[] = [];

  /** Counts one frame; `at` in milliseconds of `performance.now()`. */
  add(bytes: number, at: number = performance.now()): void {
    this.#events.push({ at, bytes });
    this.#forget(at);
  }

  /** The rates at `now`, both 0 when nothing came of late. */
  read(now: number = performance.now()): { fps: number; bytesPerSecond: number } {
    this.#forget(now);
    const events = this.#events;
    if (events.length < 2) return { fps: 0, bytesPerSecond: 0 };
    // Between events the rate is that of the intervals; a silence longer than one counts as well.
    const span = events[events.length - 1].at - events[0].at;
    const interval = span / (events.length - 1);
    const seconds = Math.max(span, now - events[0].at - 2 * interval) / 1000;
    let bytes = 0;
    for (let i = 1; i < events.length; i++) bytes += events[i].bytes;
    return { fps: (events.length - 1) / seconds, bytesPerSecond: bytes / seconds };
  }

  #forget(now: number): void {
    const old = this.#events.findIndex((event) => event.at > now - RATE_WINDOW_MS);
    this.#events.splice(0, old < 0 ? this.#events.length : old);
  }
}

/** Percentiles of the newest {@linkcode PERCENTILE_WINDOW} values. */
export class Percentiles {
  readonly #values: number[] = [];
  #next = 0;

  /** Adds one value, in place of the oldest once the window is full. */
  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % PERCENTILE_WINDOW;
  }

  /** The value that the fraction `q` (0 to 1) of all values does not exceed, or null of none. */
  read(q: number): number | null {
    if (this.#values.length === 0) return null;
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }
}

/** How far back a {@linkcode PeakMeter} looks, in seconds. */
export const PEAK_SECONDS = 60;

/** The greatest value of each of the last {@linkcode PEAK_SECONDS} seconds. */
export class PeakMeter {
  readonly #peaks: number[] = new Array(PEAK_SECONDS).fill(0);
  #second = 0;

  /** Adds one value; `at` in milliseconds of `performance.now()`. */
  add(value: number, at: number = performance.now()): void {
    this.#turn(at);
    const slot = this.#second % PEAK_SECONDS;
    this.#peaks[slot] = Math.max(this.#peaks[slot], value);
  }

  /** The greatest value of each second, oldest first; 0 where there was none. */
  read(now: number = performance.now()): number[] {
    this.#turn(now);
    const oldest = (this.#second + 1) % PEAK_SECONDS;
    return [...this.#peaks.slice(oldest), ...this.#peaks.slice(0, oldest)];
  }

  /** Goes on to the second of `now`, past those in which nothing came. */
  #turn(now: number): void {
    const second = Math.floor(now / 1000);
    const from = Math.max(this.#second + 1, second - PEAK_SECONDS + 1);
    for (let i = from; i <= second; i++) this.#peaks[i % PEAK_SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
