import { assertEquals } from "@std/assert";
import { ALL_DROPPED_MS, Drops } from "../../lib/camera/drops.ts";
import { MAX_FACTOR, Patience, SECOND_MS, STALL_MS, START_MS } from "../../lib/camera/patience.ts";

/** The waits after frames at these times, in seconds. */
function waits(patience: Patience, ...seconds: number[]): number[] {
  return seconds.map((at) => patience.next(at * 1000) / 1000);
}

/** Patience with a source that was just started. */
function started(intervalMs?: number): Patience {
  const patience = new Patience();
  patience.start(intervalMs);
  return patience;
}

Deno.test("Patience waits a minute for the second frame, and 5 s when a source is fast", () => {
  assertEquals([SECOND_MS, STALL_MS], [60_000, 5000]);
  assertEquals(waits(started(), 100, 100.03, 100.06), [60, 5, 5]);
});

Deno.test("Patience waits three times as long as a slow source has taken of late", () => {
  assertEquals(waits(started(), 0, 12, 24, 30), [60, 36, 36, 32.4]);
  assertEquals(waits(started(), 0, 6, 12), [60, 18, 18]);
});

Deno.test("Patience forgets how slow a source was once it is fast", () => {
  const patience = started();
  waits(patience, 0, 12);
  const seconds = Array.from({ length: 40 }, (_, i) => 12 + i / 30);
  assertEquals(waits(patience, ...seconds).at(-1), 5);
});

Deno.test("Patience waits 5 s for the second frame of a source that is known to be fast", () => {
  assertEquals(waits(started(1000 / 30), 0), [5]);
  assertEquals(waits(started(10_000), 0), [30]);
});

Deno.test("Patience waits twice as long each time that a source was given up, up to eight times", () => {
  const patience = new Patience();
  const first: number[] = [];
  for (let i = 0; i < 5; i++) {
    first.push(patience.start() / START_MS);
    patience.gaveUp();
  }
  assertEquals([START_MS, first], [30_000, [1, 2, 4, 8, MAX_FACTOR]]);
  assertEquals(waits(patience, 0), [480]);
});

Deno.test("Patience gives a source more time for its second frame, once for each start", () => {
  const patience = started();
  assertEquals(patience.more(), 0);
  assertEquals(waits(patience, 0), [60]);
  assertEquals([patience.more() / 1000, patience.more()], [420, 0]);
  assertEquals(waits(patience, 90), [270]);
  assertEquals(patience.more(), 0);
  // Nothing is late that is known to be slow.
  patience.start();
  assertEquals(waits(patience, 200), [270]);
  assertEquals(patience.more(), 0);
});

Deno.test("Patience remembers across restarts how slow a source is", () => {
  const patience = started();
  patience.gaveUp();
  patience.gaveUp();
  patience.start();
  assertEquals(waits(patience, 0, 60), [240, 180]);
  patience.gaveUp();
  assertEquals(patience.start(), 180_000);
  assertEquals(waits(patience, 500), [180]);
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
