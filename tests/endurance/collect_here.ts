/**
 * Garbage collection in the current thread, with V8's `gc` exposed.
 *
 * @module
 */

/** https://chromium.googlesource.com/v8/v8/+/main/src/extensions/gc-extension.cc */
declare const gc: (how: { type: "major"; flavor: "last-resort" }) => void;

/** The type of the message that requests a collection, and of the answer. */
export const COLLECT = "collect";

/** Collects all garbage; returns the bytes left in JavaScript's heap and buffers. */
export function collectHere(): number {
  // The second collection frees what the first one finalized. Only `last-resort` also returns unused
  // heap pages to the system.
  gc({ type: "major", flavor: "last-resort" });
  gc({ type: "major", flavor: "last-resort" });
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
