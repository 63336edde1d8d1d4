/**
 * Which of a webcam's modes to take, and why.
 *
 * @module
 */

import { MJPEG, type Mode } from "./webcam.ts";

/** What is wanted of a camera. */
export interface Wanted {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Pictures a second. */
  readonly fps: number;
}

/** The mode that was taken. */
export interface Choice {
  /** The mode, its size one that can be asked for. */
  readonly mode: Mode;
  /** Pictures a second to ask for. */
  readonly rate: number;
  /** Why this one, in a few words. */
  readonly why: string;
}

/**
 * Takes the webcam's own JPEGs at the wanted size, if it makes them: they cost nothing to pass on.
 * Else the mode nearest in size of those that reach the wanted rate; else the fastest one.
 */
export function chooseMode(modes: readonly Mode[], wanted: Wanted): Choice | undefined {
  const offers = modes.map((mode) => ({ ...mode, ...fit(mode, wanted) }));
  const exact = offers.find(({ format, width, height }) =>
    format === MJPEG && width === wanted.width && height === wanted.height
  );
  const reaching = offers.filter((mode) => reaches(mode, wanted.fps));
  const fastest = Math.max(...offers.map(topRate));
  const candidates = reaching.length > 0
    ? reaching
    : offers.filter((mode) => topRate(mode) === fastest);
  const mode = exact ?? candidates.toSorted((a, b) => compare(a, b, wanted))[0];
  if (!mode) return undefined;
  const why = exact
    ? "its own JPEGs, of the size wanted"
    : reaching.length === 0
    ? `nothing it has reaches ${wanted.fps} a second`
    : mode.width === wanted.width && mode.height === wanted.height
    ? "of the size wanted"
    : `the nearest size that reaches ${wanted.fps} a second`;
  return { mode, rate: rateOf(mode, wanted.fps), why };
}

/** The size to ask a mode for: its own, or of a range, the wanted one as far as it goes. */
function fit(mode: Mode, wanted: Wanted): { width: number; height: number } {
  if (!mode.anySize) return mode;
  return {
    width: Math.min(mode.width, wanted.width),
    height: Math.min(mode.height, wanted.height),
  };
}

/** Smaller first: a size that fits before one that is too large, a near one before a far one. */
function compare(a: Mode, b: Mode, wanted: Wanted): number {
  const fits = ({ width, height }: Mode) => width <= wanted.width && height <= wanted.height;
  const area = ({ width, height }: Mode) => width * height;
  const distance = (mode: Mode) => Math.abs(area(mode) - wanted.width * wanted.height);
  return Number(fits(b)) - Number(fits(a)) || distance(a) - distance(b) ||
    Number(b.format === MJPEG) - Number(a.format === MJPEG);
}

/** The highest rate; a webcam that does not tell is believed to reach any. */
function topRate({ rates }: Mode): number {
  return rates[0] ?? Infinity;
}

/** Whether a mode reaches a rate, but for what is lost in three digits behind the point. */
function reaches(mode: Mode, fps: number): boolean {
  return topRate(mode) > fps - 0.1;
}

/** The lowest rate that is not below the wanted one, or else the highest. */
function rateOf(mode: Mode, fps: number): number {
  if (!reaches(mode, fps)) return mode.rates[0];
  if (mode.anyRate) return fps;
  return mode.rates.findLast((rate) => rate > fps - 0.1) ?? fps;
}
