/**
 * What must hold for any input, tried on many.
 *
 * @module
 */

import { assert } from "@std/assert";
import fc from "fast-check";

/** How long one input may take, in milliseconds, where it should take microseconds. */
const HANG_MS = 10_000;

/** Something that holds for any input. */
export interface Property {
  /** What holds. */
  readonly name: string;
  /** How many inputs it is tried on, as a share of those of the others: some take long. */
  readonly share: number;
  /** Tries it on so many inputs; the same seed gives the same ones. */
  check(runs: number, seed: number): Promise<void>;
}

/** Fails with the smallest input found for which `holds` throws, or takes very long. */
export async function assertHolds<T>(
  inputs: fc.Arbitrary<T>,
  holds: (input: T) => void | Promise<void>,
  numRuns: number,
  seed: number,
): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => {
    const startedAt = performance.now();
    await holds(input);
    const ms = performance.now() - startedAt;
    assert(ms < HANG_MS, `one input took ${ms} ms`);
  });
  await fc.assert(property, { numRuns, seed });
}

/** A property that needs nothing but its input. */
export function property<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  holds: (input: T) => void | Promise<void>,
  share: number = 1,
): Property {
  return { name, share, check: (runs, seed) => assertHolds(inputs, holds, runs, seed) };
}

/** The error that `run` throws, which must be of this class; undefined, if it throws none. */
export function thrown<E extends Error>(
  run: () => void,
  // deno-lint-ignore no-explicit-any -- whatever its constructor takes
  kind: new (...args: any[]) => E,
): E | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
}
