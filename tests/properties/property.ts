/**
 * Statements that must hold for any input, checked on many.
 *
 * @module
 */

import { assert } from "@std/assert";
import { fc } from "../support/packages.ts";

/** How long one input may take, in milliseconds; most take microseconds. */
const HANG_MS = 10_000;

/** A statement that holds for any input. */
export interface Property {
  /** The statement. */
  readonly name: string;
  /** Its weight when inputs are divided among properties: slow ones get fewer. */
  readonly share: number;
  /** Checks it on `runs` inputs; the same seed repeats them. */
  check(runs: number, seed: number): Promise<void>;
}

/** Fails with the smallest input found for which `holds` throws or takes too long. */
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

/** Creates a property that needs only its input. */
export function property<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  holds: (input: T) => void | Promise<void>,
  share: number = 1,
): Property {
  return { name, share, check: (runs, seed) => assertHolds(inputs, holds, runs, seed) };
}

/** The error of this class that `run` throws; undefined if it throws none. */
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
