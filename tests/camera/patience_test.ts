import { assertEquals } from "@std/assert";
import { ALL_DROPPED_MS, Drops } from "../../lib/camera/drops.ts";
import { Patience, SECOND_MS, STALL_MS } from "../../lib/camera/patience.ts";

/** The waits after frames at these times, in seconds. */
function waits(patience: Patience, ...seconds: number[]): number[] {
  return seconds.map((at) => patience.next(at * 1000) / 1000);
}

Deno.test("Patience waits 20 s for the second frame, and 5 s when a source is fast", () => {
  assertEquals([SECOND_MS, STALL_MS], [20_000, 5000]);
  assertEquals(waits(new Patience(), 100, 100.03, 100.06), [20, 5, 5]);
});

Deno.test("Patience waits three times as long as a slow source has taken of late", () => {
  assertEquals(waits(new Patience(), 0, 12, 24, 30), [20, 36, 36, 32.4]);
  assertEquals(waits(new Patience(), 0, 6, 12), [20, 18, 18]);
});

Deno.test("Patience forgets how slow a source was once it is fast", () => {
  const patience = new Patience();
  waits(patience, 0, 12);
  const seconds = Array.from({ length: 40 }, (_, i) => 12 + i / 30);
  assertEquals(waits(patience, ...seconds).at(-1), 5);
});

Deno.test("Patience waits 5 s for the second frame of a source that is known to be fast", () => {
  assertEquals(waits(new Patience(1000 / 30), 0), [5]);
  assertEquals(waits(new Patience(10_000), 0), [30]);
});

Deno.test("Drops complains when all of ten frames and three seconds were dropped, and why", () => {
  const drops = new Drops();
  drops.reset(0);
  for (let i = 0; i < 9; i++) drops.add("broken header");
  assertEquals(drops.complaint(ALL_DROPPED_MS), undefined);
  drops.add("no size");
  assertEquals(drops.complaint(ALL_DROPPED_MS - 1), undefined);
  assertEquals(
    drops.complaint(ALL_DROPPED_MS),
    "All 10 frames of the last 3 s were dropped: broken header (9), no size (1)",
  );
  drops.reset(4000);
  assertEquals(drops.complaint(9000), undefined);
  assertEquals(drops.counts, { "broken header": 9, "no size": 1 });
});
