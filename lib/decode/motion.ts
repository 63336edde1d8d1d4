/**
 * How much moves from one frame to the next, and how bright it is.
 *
 * The motion score is the share of the picture, 0 to 1, that has changed: of its thumbnail's
 * pixels, each the mean of 8x8, those whose brightness differs by more than
 * {@linkcode MOTION_THRESHOLD} from the frame before, once that has been brought to the same
 * light. The light is the median of the ratios of the two frames' pixels, so that what moves does
 * not count into it: a lamp that is switched on is a matter of brightness, not of motion, as long as
 * neither picture is burnt out.
 *
 * @module
 */

import type { Thumbnail } from "./thumbnail.ts";

/** By how much a pixel of the thumbnail must differ to have changed, of 255. */
export const MOTION_THRESHOLD = 12;
/** Of how many pixels at most the change of light is taken. */
const LIGHT_SAMPLES = 512;
/** Pixels darker than this tell nothing of the light, of 255. */
const DARK = 16;

/** What is seen of a frame without looking at it. */
export interface Scene {
  /** The frame's number. */
  readonly sequence: number;
  /** When it was taken, in milliseconds since 1970, by the server's clock. */
  readonly capturedAt: number;
  /** The share of the picture that has changed since the frame before, 0 to 1. */
  readonly motion: number;
  /** The mean brightness, 0 (black) to 1 (white). */
  readonly brightness: number;
}

/** The share of the picture that has changed, 0 to 1; nothing can be said where the sizes differ. */
export function motion(before: Thumbnail, now: Thumbnail): number {
  if (before.width !== now.width || before.height !== now.height) return 0;
  const light = changeOfLight(before.grey, now.grey);
  let changed = 0;
  for (let i = 0; i < now.grey.length; i++) {
    // What was brought past white is white, as in the camera.
    const expected = Math.min(255, before.grey[i] * light);
    if (Math.abs(now.grey[i] - expected) > MOTION_THRESHOLD) changed++;
  }
  return changed / now.grey.length;
}

/** The mean brightness, 0 to 1. */
export function brightness({ grey }: Thumbnail): number {
  let sum = 0;
  for (let i = 0; i < grey.length; i++) sum += grey[i];
  return sum / (255 * grey.length);
}

function changeOfLight(before: Uint8Array, now: Uint8Array): number {
  const ratios = new Float32Array(LIGHT_SAMPLES);
  let count = 0;
  const step = Math.max(1, Math.ceil(now.length / LIGHT_SAMPLES));
  for (let i = 0; i < now.length; i += step) {
    if (before[i] >= DARK && now[i] < 255) ratios[count++] = now[i] / before[i];
  }
  // A black picture has no light to compare.
  if (count === 0) return 1;
  return ratios.subarray(0, count).sort()[count >> 1];
}
