/**
 * Whether a program shows a moving picture.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { Image } from "imagescript";

/** How long a picture may take to appear and to move, in milliseconds. */
const PATIENCE_MS = 60_000;
/** The pause between two looks, in milliseconds. */
const PAUSE_MS = 200;
/** The fewest colours of a picture; a blank page with its controls has fewer. */
const COLOURS = 12;
/** The share of the points that must change. */
const CHANGE = 0.005;

/**
 * Calls `look`, which gives a PNG or a JPEG, until the picture in it has moved; returns the last one.
 */
export async function seesMovingPicture(look: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let first: number[] | undefined;
  while (performance.now() < giveUpAt) {
    const picture = await look();
    const points = await pointsOf(picture);
    if (new Set(points).size >= COLOURS) {
      first ??= points;
      if (differ(first, points)) return picture;
    }
    await delay(PAUSE_MS);
  }
  throw new Error(first ? "There is a picture, but it does not move" : "There is no picture");
}

function differ(before: readonly number[], after: readonly number[]): boolean {
  return after.filter((point, i) => point !== before[i]).length >= CHANGE * after.length;
}

/** The colours of points all over the picture, in 12 bits, so that noise is not movement. */
async function pointsOf(bytes: Uint8Array): Promise<number[]> {
  const { bitmap } = await Image.decode(bytes);
  const points: number[] = [];
  // An odd step, so that no column counts more than others.
  for (let at = 0; at < bitmap.length; at += 4 * 331) {
    points.push((bitmap[at] >> 4) << 8 | (bitmap[at + 1] >> 4) << 4 | bitmap[at + 2] >> 4);
  }
  return points;
}
