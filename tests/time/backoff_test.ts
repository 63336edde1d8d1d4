import { assert, assertEquals } from "@std/assert";
import { Backoff } from "../../lib/time/backoff.ts";

Deno.test("Backoff doubles up to its most, and starts again after a success", () => {
  const backoff = new Backoff({ min: 500, max: 3000 });
  assertEquals([1, 2, 3, 4, 5].map(() => backoff.next()), [500, 1000, 2000, 3000, 3000]);
  backoff.reset();
  assertEquals(backoff.next(), 500);
});

Deno.test("Backoff leaves the part to chance that it was told to", () => {
  const waits = Array.from(
    { length: 200 },
    () => new Backoff({ min: 100, max: 100, jitter: 0.3 }).next(),
  );
  assert(waits.every((wait) => wait > 70 && wait <= 100));
  assert(new Set(waits).size > 100);
});
