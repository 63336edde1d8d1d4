/**
 * Waits for things outside this process that send no event.
 *
 * @module
 */

import { assert } from "@std/assert";
import { delay } from "@std/async/delay";

/** The longest wait by default, in milliseconds: a busy machine takes its time. */
export const PATIENCE_MS = 30_000;
/** How often the condition is checked, in milliseconds. */
const LOOK_MS = 10;

/** The real time, also while a test has stopped the clock. */
const now = performance.now.bind(performance);

/** Waits until a condition holds; if it never does, fails with the message that `words` returns. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  words: () => string,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const giveUpAt = now() + patienceMs;
  while (!await condition()) {
    assert(now() < giveUpAt, words());
    await delay(LOOK_MS);
  }
}
