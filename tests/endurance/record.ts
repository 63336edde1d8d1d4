/**
 * What the endurance test has measured over time, and what is said of it.
 *
 * @module
 */

import type { Vitals } from "../support/vitals.ts";

/** The processes that are looked at. */
export const PROCESSES = ["server", "client", "ffmpeg"] as const;

/** One look at everything. */
export interface Sample {
  /** Since the first picture, in minutes. */
  readonly minute: number;
  /** What each process takes; ffmpeg's are missing while it is dead. */
  readonly vitals: { readonly [name in typeof PROCESSES[number]]?: Vitals };
  /** Of `/state`, in milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number };
  /** At the steady viewer, in milliseconds. */
  readonly age: { readonly p50: number; readonly p95: number };
  /** Pictures that the steady viewer has seen so far. */
  readonly frames: number;
}

/** One death of the camera. */
export interface Death {
  /** When, in minutes since the first picture. */
  readonly minute: number;
  /** How long until the steady viewer had a new picture, in milliseconds. */
  readonly recoveredMs: number;
}

/** What is open while nobody comes or goes. */
export interface Rest {
  readonly minute: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
}

/** Everything that was measured. */
export interface Recording {
  readonly samples: Sample[];
  readonly deaths: Death[];
  readonly rests: { server: Rest; client: Rest }[];
}

/** Those samples that were taken in a span of minutes. */
export function within(samples: readonly Sample[], from: number, to: number): Sample[] {
  return samples.filter(({ minute }) => minute >= from && minute < to);
}

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
