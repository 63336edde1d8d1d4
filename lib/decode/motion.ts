/**
 * How much moves from one frame to the next, and how bright it is.
 *
 * The motion score is the share of the thumbnail's pixels, each the mean of 8x8, that have changed.
 * A pixel has changed if its brightness differs by more than {@linkcode MOTION_THRESHOLD} from the
 * frame before, after that frame was adjusted to the same light. The change of light is the median
 * ratio of the two frames' pixels, so that moving things do not distort it. Switching on a lamp
 * therefore changes the brightness and causes no motion, unless one of the frames is overexposed.
 */

import type { Thumbnail } from "./thumbnail.ts";

/** How much a pixel of the thumbnail must differ to count as changed, of 255. */
export const MOTION_THRESHOLD = 12;
/** How many pixels at most determine the change of light. */
const LIGHT_SAMPLES = 512;
/** Pixels darker than this, of 255, say nothing about the light. */
const DARK = 16;

/** What a frame shows, in numbers. */
export interface Scene {
  /** The share of the frame that has changed since the one before, 0 to 1. */
  readonly motion: number;
  /** The mean brightness, 0 (black) to 1 (white). */
  readonly brightness: number;
}

/** The share of the pixels that have changed, 0 to 1; 0 if the sizes differ. */
export function motion(before: Thumbnail, now: Thumbnail): number {
  if (before.width !== now.width || before.height !== now.height) return 0;
  const light = changeOfLight(before.grey, now.grey);
  let changed = 0;
  for (let i = 0; i < now.grey.length; i++) {
    // Brighter than white is white, as in the camera.
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
  // A black frame has no light to compare with.
  if (count === 0) return 1;
  return ratios.subarray(0, count).sort()[count >> 1];
}
