import { print } from "../../lib/cli/log.ts";
import { seedOr, shared } from "./all.ts";

/** How many inputs there are in all. */
const INPUTS = 40_000;

// The same inputs each time: what fails, fails for everybody. New ones are tried in tests/endurance.
const seed = seedOr(1);
print(`properties: ${INPUTS} inputs of SEED=${seed}`);

for (const { property, runs } of shared(INPUTS)) {
  Deno.test(`${property.name} (${runs} inputs)`, () => property.check(runs, seed));
}
