/** Rates and percentiles over a short while, on a server and on the viewer page. */

/** How far back a rate looks, in milliseconds. */
export const RATE_WINDOW_MS = 3000;
/** How many of the newest values a percentile is taken of: ten seconds at 30 a second. */
export const PERCENTILE_WINDOW = 300;

/** Frames and bytes a second, over the last {@linkcode RATE_WINDOW_MS}. */
export class RateMeter {
  /** @type {{ at: number, bytes: number }[]} */
  #events = [];

  /**
   * Counts one frame.
   *
   * @param {number} bytes
   * @param {number} at in milliseconds of `performance.now()`
   */
  add(bytes, at = performance.now()) {
    this.#events.push({ at, bytes });
    this.#forget(at);
  }

  /**
   * The rates at `now`; both are 0 when nothing came lately.
   *
   * @returns {{ fps: number, bytesPerSecond: number }}
   */
  read(now = performance.now()) {
    this.#forget(now);
    const events = this.#events;
    if (events.length < 2) return { fps: 0, bytesPerSecond: 0 };
    // Between events the rate is that of their intervals; a longer silence counts as well.
    const span = events[events.length - 1].at - events[0].at;
    const interval = span / (events.length - 1);
    const seconds = Math.max(span, now - events[0].at - 2 * interval) / 1000;
    let bytes = 0;
    for (let i = 1; i < events.length; i++) bytes += events[i].bytes;
    return { fps: (events.length - 1) / seconds, bytesPerSecond: bytes / seconds };
  }

  /** @type {(at: number) => void} */
  #forget(at) {
    const old = this.#events.findIndex((event) => event.at > at - RATE_WINDOW_MS);
    this.#events.splice(0, old < 0 ? this.#events.length : old);
  }
}

/** Percentiles of the newest {@linkcode PERCENTILE_WINDOW} values. */
export class Percentiles {
  /** @type {number[]} */
  #values = [];
  #next = 0;

  /**
   * Adds one value, in place of the oldest once the window is full.
   *
   * @param {number} value
   */
  add(value) {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % PERCENTILE_WINDOW;
  }

  /**
   * The value that the share `q` (0 to 1) of all values does not exceed; null without values.
   *
   * @param {number} q
   * @returns {number | null}
   */
  read(q) {
    if (this.#values.length === 0) return null;
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }
}
