/** How long an answer counts, in milliseconds. */
export const SAMPLE_MS = 60_000;
/** How many answers count at most; the oldest makes room. */
export const MAX_SAMPLES = 100;
/** How far two clocks may drift apart within {@linkcode SAMPLE_MS}, in milliseconds. */
const DRIFT_MS = 50;

/** @typedef {{ at: number, roundTrip: number, offset: number }} Sample `at`: by the clock here. */

/**
 * How far another machine's clock is ahead: the client measures the server's, and the viewer page
 * the camera's, both with this file. The other machine gave its answer at an unknown moment between
 * question and arrival; the quicker the answer came, the smaller the error. So the quickest answer
 * of the last minute counts (Cristian's algorithm).
 */
export class ClockSync {
  /** @type {Sample[]} */
  #samples = [];

  /**
   * Milliseconds to add to the time here; 0 until the first answer.
   *
   * @returns {number}
   */
  get offset() {
    return this.#best?.offset ?? 0;
  }

  /**
   * The shortest round trip of the last minute, in milliseconds; null until the first answer.
   *
   * @returns {number | null}
   */
  get roundTrip() {
    return this.#best?.roundTrip ?? null;
  }

  /**
   * Adds an answer. All times are in milliseconds since 1970.
   *
   * @param {number} sent when it was asked, by the clock here
   * @param {number} there the time there
   * @param {number} received when the answer came, by the clock here
   */
  add(sent, there, received) {
    const roundTrip = received - sent;
    // Either no question was asked then, or a clock was set in between.
    if (roundTrip < 0 || roundTrip > SAMPLE_MS) return;
    const sample = { at: received, roundTrip, offset: there + roundTrip / 2 - received };
    this.#samples = this.#samples.filter((other) =>
      // A sample from the future was taken before the clock here was set back.
      other.at > received - SAMPLE_MS && other.at <= received && agree(other, sample)
    );
    this.#samples.push(sample);
    this.#samples.splice(0, this.#samples.length - MAX_SAMPLES);
  }

  /** @returns {Sample | undefined} */
  get #best() {
    return this.#samples.reduce(
      (best, sample) => !best || sample.roundTrip < best.roundTrip ? sample : best,
      /** @type {Sample | undefined} */ (undefined),
    );
  }
}

/**
 * Whether both can be true: each is wrong by at most half its round trip. If not, one of the clocks
 * was set in between.
 *
 * @type {(one: Sample, other: Sample) => boolean}
 */
function agree(one, other) {
  const error = (one.roundTrip + other.roundTrip) / 2 + DRIFT_MS;
  return Math.abs(one.offset - other.offset) <= error;
}
