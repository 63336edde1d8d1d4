/**
 * Loaded ahead of a program under test, with V8's `gc` exposed: each SIGUSR2 collects all garbage,
 * and tells so on stderr. What is left is what the program needs; how much garbage lies about at a
 * time is the collector's choice, and swings by more than a leak of twenty minutes.
 *
 * @module
 */

declare const gc: () => void;

let times = 0;
Deno.addSignalListener("SIGUSR2", () => {
  // What one collection finalizes, the next one frees.
  gc();
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  // deno-lint-ignore no-console -- how the test knows it
  console.error(`collected ${++times}: ${(heapUsed + external) / 2 ** 20}`);
});
