/**
 * Waits for what happens outside this process, and sends no event.
 *
 * @module
 */

import { assert } from "@std/assert";
import { delay } from "@std/async/delay";

/** How long something may take to happen, in milliseconds. */
const PATIENCE_MS = 10_000;
/** How often it is looked for, in milliseconds. */
const LOOK_MS = 10;

/** Waits until a condition holds; what holds instead is said by `words`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  words: () => string,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!await condition()) {
    assert(performance.now() < giveUpAt, words());
    await delay(LOOK_MS);
  }
}
