import { assert, assertEquals } from "@std/assert";
import { Demand } from "../../lib/flow/demand.ts";

/** Settles when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

Deno.test("Demand gives a signal that is aborted when nobody wants it any more", async () => {
  const demand = new Demand(1);
  demand.set(true);
  const signal = (await demand.wanted())!;
  assert(!signal.aborted);
  demand.set(false);
  await aborted(signal);
  demand.close();
});

Deno.test("Demand lasts when somebody wants it again within the time", async () => {
  const demand = new Demand(60_000);
  demand.set(true);
  const signal = await demand.wanted();
  demand.set(false);
  demand.set(true);
  assertEquals(await demand.wanted(), signal);
  assertEquals(signal?.aborted, false);
  demand.close();
});

Deno.test("Demand gives no signal when it is closed, to those who wait and those who come", async () => {
  const demand = new Demand();
  const waiting = demand.wanted();
  demand.close();
  demand.set(true);
  assertEquals(await waiting, undefined);
  assertEquals(await demand.wanted(), undefined);
});
