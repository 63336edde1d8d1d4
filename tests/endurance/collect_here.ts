/**
 * Collects the garbage of the thread it runs in, with V8's `gc` exposed.
 *
 * @module
 */

declare const gc: () => void;

/** The type of the message that asks a thread for it, and of the answer. */
export const COLLECT = "collect";

/** Collects all garbage; what is left of JavaScript's heap and buffers, in bytes. */
export function collectHere(): number {
  // What one collection finalizes, the next one frees.
  gc();
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
