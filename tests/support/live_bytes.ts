/**
 * What this process keeps in memory, whenever the garbage was collected last.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** What is left in JavaScript's heap and buffers once all garbage is collected, in bytes. */
export function liveBytes(): number {
  // The second collection frees what the first one finalized.
  collect();
  collect();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
