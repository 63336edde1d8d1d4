/**
 * What a link carries, estimated from when frames were sent and acknowledged.
 *
 * The model has two numbers, like BBR (Cardwell et al., "BBR: Congestion-Based Congestion Control",
 * 2016): the pace at which the bottleneck lets bytes through, and the round trip of a byte that
 * waits for no other. A frame reaches the bottleneck when it was sent, or when the frame before it
 * is through, whichever is later. It then takes the time of its own bytes, and its acknowledgement
 * arrives a round trip later. So acknowledgements give the pace, and the quickest of them the round
 * trip.
 */

/** How much earlier than needed a frame is sent, in milliseconds, so that the link never idles. */
export const HEAD_START_MS = 20;
/** How late an acknowledgement may be before nothing more is sent until it comes. */
export const LATE_MS = 50;
/** How long a measured round trip counts, in milliseconds. */
export const ROUND_TRIP_WINDOW_MS = 10_000;
/** After how long a full link is left to run empty once, to measure the round trip. */
export const PROBE_MS = 5000;
/** How many frames may be skipped in between before the link counts as full: a few may be a hiccup. */
export const HICCUPS = 5;
/** How many frames are sent ahead while the link is unknown. */
export const FIRST_IN_FLIGHT = 2;
/**
 * How many frames in flight are remembered. No link holds half a minute of frames: a client with
 * that many acknowledges none, and may stay for weeks.
 */
export const MAX_IN_FLIGHT = 1000;
/** The weight of a new measurement against all before it. */
const WEIGHT = 0.5;

interface Flight {
  readonly bytes: number;
  readonly sentAt: number;
}

interface Sample {
  readonly at: number;
  readonly bytes: number;
  /** From sending to acknowledgement, in milliseconds. */
  readonly took: number;
}

/** A model of one link. All times are in milliseconds of the caller's clock. */
export class LinkEstimate {
  readonly #flying: Flight[] = [];
  #samples: Sample[] = [];
  #pace: number | undefined;
  #acknowledgedAt: number | undefined;
  #probedAt = -Infinity;
  #skippedThen = 0;
  #skipped = 0;

  /** How many frames are sent and not yet acknowledged. */
  get inFlight(): number {
    return this.#flying.length;
  }

  /** Milliseconds that the link takes for a byte; undefined until two frames have arrived. */
  get pace(): number | undefined {
    return this.#pace;
  }

  /** The round trip of a byte that waits for no other. */
  get roundTrip(): number {
    const pace = this.#pace ?? 0;
    let least = Infinity;
    for (const { took, bytes } of this.#samples) least = Math.min(least, took - bytes * pace);
    return Math.max(0, least);
  }

  /** Counts a sent frame; `skipped` is how many frames were left out so far. */
  sent(bytes: number, skipped: number, at: number): void {
    if (this.#flying.length === 0) {
      this.#probedAt = at;
      this.#skippedThen = skipped;
    }
    this.#skipped = skipped;
    if (this.#flying.length === MAX_IN_FLIGHT) this.#flying.shift();
    this.#flying.push({ bytes, sentAt: at });
  }

  /** Counts the arrival of the oldest frame in flight; further acknowledgements are ignored. */
  acknowledged(at: number): void {
    const flight = this.#flying.shift();
    if (!flight) return;
    const { bytes, sentAt } = flight;
    const before = this.#acknowledgedAt;
    this.#acknowledgedAt = at;
    const reached = sentAt + (this.#pace === undefined ? 0 : this.roundTrip);
    // A frame that waited behind another tells nothing about the round trip.
    if (before === undefined || before <= reached || this.#samples.length === 0) {
      const since = at - ROUND_TRIP_WINDOW_MS;
      this.#samples = this.#samples.filter((sample) => sample.at > since);
      this.#samples.push({ at, bytes, took: at - sentAt });
    }
    if (before === undefined) return;
    const measured = (at - Math.max(before, Math.min(reached, at))) / bytes;
    this.#pace = this.#pace === undefined
      ? measured
      : this.#pace + WEIGHT * (measured - this.#pace);
  }

  /**
   * When the next frame may be sent: so that it reaches the bottleneck just before the last one is
   * through. `Infinity` means not before an acknowledgement has come.
   */
  opensAt(now: number): number {
    if (this.#flying.length === 0) return now;
    if (this.#pace === undefined) return this.#flying.length < FIRST_IN_FLIGHT ? now : Infinity;
    // While all frames get through, an empty link is no better.
    const isFull = this.#skipped > this.#skippedThen + HICCUPS;
    if (isFull && now - this.#probedAt > PROBE_MS) return Infinity;
    const roundTrip = this.roundTrip;
    let through = this.#acknowledgedAt!;
    for (const [i, { bytes, sentAt }] of this.#flying.entries()) {
      through = Math.max(through, sentAt + roundTrip) + bytes * this.#pace;
      if (i > 0) continue;
      if (now > through + LATE_MS) return Infinity;
      through = Math.max(through, now);
    }
    return through - roundTrip - HEAD_START_MS;
  }
}
