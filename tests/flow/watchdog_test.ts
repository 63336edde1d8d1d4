import { assertEquals } from "@std/assert";
import { Watchdog } from "../../lib/flow/watchdog.ts";

Deno.test("Watchdog aborts its signal with the reason when it was not fed in time", async () => {
  using watchdog = new Watchdog((ms) => new Error(`nothing for ${ms} ms`));
  const { promise, resolve } = Promise.withResolvers<void>();
  watchdog.signal.addEventListener("abort", () => resolve());
  watchdog.feed(60_000);
  assertEquals(watchdog.signal.aborted, false);
  watchdog.feed(1);
  await promise;
  assertEquals(watchdog.signal.reason.message, "nothing for 1 ms");
});
