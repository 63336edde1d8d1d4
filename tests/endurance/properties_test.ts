import { assert } from "@std/assert";
import { print } from "../../lib/cli/terminal.ts";
import { seedOr, shared } from "../properties/all.ts";

/** The number of inputs for all properties together. */
const INPUTS = 1_000_000;
/** The memory limit of this process, in bytes; the largest frame has 16 MiB. */
const MAX_RSS = 1024 ** 3;

const seed = seedOr(crypto.getRandomValues(new Int32Array(1))[0]);
print(`properties: random inputs; repeat them with SEED=${seed}`);
let inputs = 0;

for (const { property, runs } of shared(INPUTS)) {
  Deno.test(`${property.name} (${runs} inputs)`, async () => {
    await property.check(runs, seed);
    inputs += runs;
    const { rss } = Deno.memoryUsage();
    assert(rss < MAX_RSS, `${rss} bytes of memory`);
  });
}

Deno.test("the properties hold for a million inputs", () => {
  print(`properties: ${inputs} inputs`);
  assert(inputs >= INPUTS, `${inputs} inputs`);
});
