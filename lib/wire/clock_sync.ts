/**
 * The server's time, told on another machine.
 *
 * @module
 */

import { now } from "../flow/clock.ts";

/** How long a measurement counts, in milliseconds. */
export const SAMPLE_MS = 60_000;
/** How far two clocks may drift apart within that time, in milliseconds. */
const DRIFT_MS = 50;

interface Sample {
  /** When the answer came, by the clock here. */
  readonly at: number;
  readonly roundTrip: number;
  readonly offset: number;
}

/**
 * How far the server's clock is ahead, from questions and answers. An answer was given somewhere
 * between its question and its arrival; the shorter that took, the better it is known when. So the
 * quickest answer of the last minute counts (Cristian's algorithm).
 */
export class ClockSync {
  #samples: Sample[] = [];

  /** Milliseconds to add to the time here; 0 until the first answer. */
  get offset(): number {
    return this.#best?.offset ?? 0;
  }

  /** The shortest round trip of the last minute, in milliseconds; null until the first answer. */
  get roundTrip(): number | null {
    return this.#best?.roundTrip ?? null;
  }

  /** An answer: when it was asked here, what time it was there, and when the answer came here. */
  add(sent: number, there: number, received: number = now()): void {
    const roundTrip = received - sent;
    // A clock that was set in the meantime makes no sense of it, nor does an answer to no question.
    if (roundTrip < 0 || roundTrip > SAMPLE_MS) return;
    const sample = { at: received, roundTrip, offset: there + roundTrip / 2 - received };
    this.#samples = this.#samples.filter((other) =>
      // What is of the future was measured before the clock here was set back.
      other.at > received - SAMPLE_MS && other.at <= received && agree(other, sample)
    );
    this.#samples.push(sample);
  }

  get #best(): Sample | undefined {
    return this.#samples.reduce<Sample | undefined>(
      (best, sample) => !best || sample.roundTrip < best.roundTrip ? sample : best,
      undefined,
    );
  }
}

/**
 * Whether both can be true: each is wrong by half its round trip at most. Where not, one of the
 * clocks was set between them.
 */
function agree(one: Sample, other: Sample): boolean {
  const error = (one.roundTrip + other.roundTrip) / 2 + DRIFT_MS;
  return Math.abs(one.offset - other.offset) <= error;
}
