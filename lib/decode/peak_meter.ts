/** How far back a {@linkcode PeakMeter} looks, in seconds. */
export const PEAK_SECONDS = 60;

/** The greatest value in each of the last {@linkcode PEAK_SECONDS} seconds. */
export class PeakMeter {
  readonly #peaks: number[] = new Array(PEAK_SECONDS).fill(0);
  #second = 0;

  /** Adds a value; `at` in milliseconds of `performance.now()`. */
  add(value: number, at: number = performance.now()): void {
    this.#advance(at);
    const slot = this.#second % PEAK_SECONDS;
    this.#peaks[slot] = Math.max(this.#peaks[slot], value);
  }

  /** The greatest value in each second, oldest first; 0 for seconds without values. */
  read(now: number = performance.now()): number[] {
    this.#advance(now);
    const oldest = (this.#second + 1) % PEAK_SECONDS;
    return [...this.#peaks.slice(oldest), ...this.#peaks.slice(0, oldest)];
  }

  /** Moves on to the second of `now`, and clears the seconds in between. */
  #advance(now: number): void {
    const second = Math.floor(now / 1000);
    const from = Math.max(this.#second + 1, second - PEAK_SECONDS + 1);
    for (let i = from; i <= second; i++) this.#peaks[i % PEAK_SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
