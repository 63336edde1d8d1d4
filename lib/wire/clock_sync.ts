/**
 * The server's time, told on another machine.
 *
 * @module
 */

import { now } from "../flow/clock.ts";

/** How long a measurement counts, in milliseconds. */
export const SAMPLE_MS = 60_000;

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
    this.#samples = this.#samples.filter(({ at }) => at > received - SAMPLE_MS);
    this.#samples.push({ at: received, roundTrip, offset: there + roundTrip / 2 - received });
  }

  get #best(): Sample | undefined {
    return this.#samples.reduce<Sample | undefined>(
      (best, sample) => !best || sample.roundTrip < best.roundTrip ? sample : best,
      undefined,
    );
  }
}
