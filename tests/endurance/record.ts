/**
 * What the endurance test has measured over time.
 *
 * @module
 */

import type { Vitals } from "../support/vitals.ts";

/** One look at everything. */
export interface Sample {
  /** Since the first picture, in minutes. */
  readonly minute: number;
  readonly server: Vitals;
  readonly client: Vitals;
  /** None while the camera is dead. */
  readonly ffmpeg?: Vitals;
  /** Of `/state`, in milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number };
  /** At the steady viewer, in milliseconds. */
  readonly age: { readonly p50: number; readonly p95: number };
  /** Pictures that the steady viewer has seen so far. */
  readonly frames: number;
}

/** One death of the camera. */
export interface Death {
  /** Since the first picture, in minutes. */
  readonly minute: number;
  /** How long until the steady viewer had a new picture, in milliseconds. */
  readonly recoveredMs: number;
}

/** What a program needs while nobody comes or goes, and all garbage has been collected. */
export interface Need {
  /** JavaScript's heap and buffers, those of the threads as well, in MiB. */
  readonly live: number;
  /** Resident, in MiB. */
  readonly rss: number;
  readonly descriptors: number;
  readonly children: number;
}

/** Everything that was measured. */
export interface Recording {
  readonly samples: Sample[];
  readonly deaths: Death[];
  /** After minute 5, and at the end. */
  readonly needs: { readonly minute: number; readonly server: Need; readonly client: Need }[];
}

/** A number of each sample that was taken in a span of minutes. */
export function during(
  samples: readonly Sample[],
  [from, to]: readonly [from: number, to: number],
  of: (sample: Sample) => number,
): number[] {
  return samples.filter(({ minute }) => minute >= from && minute < to).map(of);
}

/** Frames a second at the steady viewer from each sample to the next. */
export function rates(samples: readonly Sample[]): [minute: number, fps: number][] {
  return samples.slice(1).map(({ minute, frames }, i) => [
    minute,
    (frames - samples[i].frames) / (60 * (minute - samples[i].minute)),
  ]);
}

/** The processor's time that a process took from each sample to the next, in percent of a core. */
export function loads(
  samples: readonly Sample[],
  of: (sample: Sample) => Vitals | undefined,
): [minute: number, percent: number | null][] {
  return samples.slice(1).map((sample, i) => {
    const seconds = (of(sample)?.cpuSeconds ?? NaN) - (of(samples[i])?.cpuSeconds ?? NaN);
    const percent = 100 * seconds / (60 * (sample.minute - samples[i].minute));
    // Another ffmpeg starts to count again.
    return [sample.minute, percent >= 0 ? percent : null];
  });
}

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** What nine tenths of some numbers exceed: how it is when no other program is in the way. */
export function lowTenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)];
}
