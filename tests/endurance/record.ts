/**
 * The measurements of the endurance test over time.
 *
 * @module
 */

import type { Vitals } from "../support/vitals.ts";

/** All values at one time. */
export interface Sample {
  /** Minutes since the first frame. */
  readonly minute: number;
  readonly server: Vitals;
  readonly client: Vitals;
  /** Undefined while ffmpeg is dead. */
  readonly ffmpeg?: Vitals;
  /** The latency in `/state`, in milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number };
  /** The latency to the steady viewer, in milliseconds. */
  readonly age: { readonly p50: number; readonly p95: number };
  /** Frames that the steady viewer has received so far. */
  readonly frames: number;
}

/** One time that ffmpeg was killed. */
export interface Death {
  /** Minutes since the first frame. */
  readonly minute: number;
  /** How long until the steady viewer received a new frame, in milliseconds. */
  readonly recoveredMs: number;
}

/** The resources that a program needs without visitors and without garbage. */
export interface Need {
  /** JavaScript's heap and buffers, including the workers', in MiB. */
  readonly live: number;
  /** Resident memory, in MiB. */
  readonly rss: number;
  readonly descriptors: number;
  readonly children: number;
}

/** All measurements. */
export interface Recording {
  readonly samples: Sample[];
  readonly deaths: Death[];
  /** At minute 5 and at the end. */
  readonly needs: { readonly minute: number; readonly server: Need; readonly client: Need }[];
}

/** One value of each sample in a span of minutes. */
export function during(
  samples: readonly Sample[],
  [from, to]: readonly [from: number, to: number],
  of: (sample: Sample) => number,
): number[] {
  return samples.filter(({ minute }) => minute >= from && minute < to).map(of);
}

/** The steady viewer's frame rate between samples. */
export function rates(samples: readonly Sample[]): [minute: number, fps: number][] {
  return samples.slice(1).map(({ minute, frames }, i) => [
    minute,
    (frames - samples[i].frames) / (60 * (minute - samples[i].minute)),
  ]);
}

/** A process's CPU load between samples, in percent of a core. */
export function loads(
  samples: readonly Sample[],
  of: (sample: Sample) => Vitals | undefined,
): [minute: number, percent: number | null][] {
  return samples.slice(1).map((sample, i) => {
    const seconds = (of(sample)?.cpuSeconds ?? NaN) - (of(samples[i])?.cpuSeconds ?? NaN);
    const percent = 100 * seconds / (60 * (sample.minute - samples[i].minute));
    // A new ffmpeg counts from zero.
    return [sample.minute, percent >= 0 ? percent : null];
  });
}

/** The median. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** The 10th percentile: the value when no other program interferes. */
export function lowTenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)];
}
