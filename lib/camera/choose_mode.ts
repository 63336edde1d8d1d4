import { MJPEG, type Mode } from "./webcam.ts";

/** The wanted size and rate of a camera, which uses the nearest that it has. */
export interface CameraConstraints {
  /** In pixels; 1280 by default. */
  readonly width: number;
  /** In pixels; 720 by default. */
  readonly height: number;
  /** In frames a second; 30 by default. */
  readonly fps: number;
}

/**
 * Chooses the webcam's own JPEGs if they have the wanted size, because passing them on costs
 * nothing. Otherwise chooses the mode nearest in size among those that reach the wanted rate, or
 * else the fastest one. Returns it with the size and rate to ask for, and a few words about the
 * reason.
 */
export function chooseMode(modes: readonly Mode[], constraints: CameraConstraints) {
  const { width, height, fps } = constraints;
  const offers = modes.map((mode) => ({ ...mode, ...fit(mode, constraints) }));
  const isExact = (mode: Mode) => mode.width === width && mode.height === height;
  const ownJpegs = offers.find((mode) => mode.format === MJPEG && isExact(mode));
  const reaching = offers.filter((mode) => reaches(mode, fps));
  const fastest = Math.max(...offers.map(topRate));
  const candidates = reaching.length > 0
    ? reaching
    : offers.filter((mode) => topRate(mode) === fastest);
  const mode = ownJpegs ?? candidates.toSorted((a, b) => compare(a, b, constraints))[0];
  if (!mode) return undefined;
  const why = ownJpegs
    ? "its own JPEGs, in the wanted size"
    : reaching.length === 0
    ? `none of its modes reaches ${fps} fps`
    : isExact(mode)
    ? "the wanted size"
    : `the nearest size that reaches ${fps} fps`;
  return { mode, rate: rateOf(mode, fps), why };
}

/** The size to ask for: the mode's own, or the wanted one within the mode's range. */
function fit(mode: Mode, { width, height }: CameraConstraints): { width: number; height: number } {
  if (!mode.anySize) return mode;
  return { width: Math.min(mode.width, width), height: Math.min(mode.height, height) };
}

/** Orders modes: those that are not too large first, then by distance in size, then JPEGs. */
function compare(a: Mode, b: Mode, { width, height }: CameraConstraints): number {
  const fits = (mode: Mode) => mode.width <= width && mode.height <= height;
  const distance = (mode: Mode) => Math.abs(mode.width * mode.height - width * height);
  return Number(fits(b)) - Number(fits(a)) || distance(a) - distance(b) ||
    Number(b.format === MJPEG) - Number(a.format === MJPEG);
}

/** The highest rate; a webcam that does not list its rates is assumed to reach any. */
function topRate({ rates }: Mode): number {
  return rates[0] ?? Infinity;
}

/** Whether a mode reaches a rate; 29.97 counts as 30. */
function reaches(mode: Mode, fps: number): boolean {
  return topRate(mode) > fps - 0.1;
}

/** The lowest rate that reaches the wanted one, or else the highest. */
function rateOf(mode: Mode, fps: number): number {
  if (!reaches(mode, fps)) return mode.rates[0];
  if (mode.anyRate) return fps;
  return mode.rates.findLast((rate) => rate > fps - 0.1) ?? fps;
}
