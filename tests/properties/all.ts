/**
 * All properties, and how many inputs each is tried on.
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

/** The properties, each with its share of `inputs`. */
export function shared(inputs: number): { property: Property; runs: number }[] {
  const shares = PROPERTIES.reduce((sum, { share }) => sum + share, 0);
  return PROPERTIES.map((property) => ({
    property,
    runs: Math.ceil(inputs * property.share / shares),
  }));
}

/** The number that the inputs follow from: that in the variable `SEED`, or another. */
export function seedOr(other: number): number {
  const seed = Number(Deno.env.get("SEED") ?? other);
  if (!Number.isInteger(seed)) throw new TypeError(`SEED must be a whole number, not ${seed}`);
  return seed;
}
