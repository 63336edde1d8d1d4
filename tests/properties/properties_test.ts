import { print } from "../../lib/cli/terminal.ts";
import { seedOr, shared } from "./all.ts";

/** The number of inputs for all properties together. */
const INPUTS = 40_000;

// The inputs are the same in each run, so failures repeat. tests/endurance tries new ones.
const seed = seedOr(1);
print(`properties: ${INPUTS} inputs with SEED=${seed}`);

for (const { property, runs } of shared(INPUTS)) {
  Deno.test(`${property.name} (${runs} inputs)`, () => property.check(runs, seed));
}
