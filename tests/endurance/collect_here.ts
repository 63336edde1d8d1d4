/**
 * Collects the garbage of the thread it runs in, with V8's `gc` exposed.
 *
 * @module
 */

/** https://chromium.googlesource.com/v8/v8/+/main/src/extensions/gc-extension.cc */
declare const gc: (how: { type: "major"; flavor: "last-resort" }) => void;

/** The type of the message that asks a thread for it, and of the answer. */
export const COLLECT = "collect";

/** Collects all garbage; what is left of JavaScript's heap and buffers, in bytes. */
export function collectHere(): number {
  // What one collection finalizes, the next one frees. Only the last resort also gives back the
  // pages that the heap does not need any more.
  gc({ type: "major", flavor: "last-resort" });
  gc({ type: "major", flavor: "last-resort" });
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
