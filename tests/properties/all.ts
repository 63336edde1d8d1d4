/**
 * All properties, and the number of inputs for each.
 *
 * @module
 */

import { camera } from "./camera.ts";
import { http } from "./http.ts";
import { jpeg } from "./jpeg.ts";
import { options } from "./options.ts";
import type { Property } from "./property.ts";
import { sockets } from "./sockets.ts";
import { wire } from "./wire.ts";

/** All properties. */
export const PROPERTIES: readonly Property[] = [
  ...wire,
  ...camera,
  ...jpeg,
  ...http,
  ...options,
  ...sockets,
];

/** Divides `inputs` among the properties by their shares. */
export function shared(inputs: number): { property: Property; runs: number }[] {
  const shares = PROPERTIES.reduce((sum, { share }) => sum + share, 0);
  return PROPERTIES.map((property) => ({
    property,
    runs: Math.ceil(inputs * property.share / shares),
  }));
}

/** The random seed: the variable `SEED`, or else `other`. */
export function seedOr(other: number): number {
  const seed = Number(Deno.env.get("SEED") ?? other);
  if (!Number.isInteger(seed)) throw new TypeError(`SEED must be a whole number, not ${seed}`);
  return seed;
}
