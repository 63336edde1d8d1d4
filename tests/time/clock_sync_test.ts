import { assertAlmostEquals, assertEquals } from "@std/assert";
import { ClockSync, MAX_SAMPLES, SAMPLE_MS } from "../../lib/time/clock_sync.js";

const HOUR = 3_600_000;

Deno.test("ClockSync takes the time from its quickest answer", () => {
  const clock = new ClockSync();
  assertEquals([clock.offset, clock.roundTrip], [0, null]);
  clock.add(1000, HOUR + 1090, 1100); // slow on the way back
  clock.add(2000, HOUR + 2001, 2002);
  clock.add(3000, HOUR + 3100, 3110); // slow on the way there
  assertAlmostEquals(clock.offset, HOUR, 0.001);
  assertEquals(clock.roundTrip, 2);
});

Deno.test("ClockSync forgets an answer after a minute", () => {
  const clock = new ClockSync();
  clock.add(0, HOUR + 1, 2);
  clock.add(SAMPLE_MS + 100, SAMPLE_MS + 105, SAMPLE_MS + 110);
  assertAlmostEquals(clock.offset, 0, 0.001);
});

Deno.test("ClockSync ignores an answer that came before its question", () => {
  const clock = new ClockSync();
  clock.add(1000, 500, 900);
  assertEquals(clock.roundTrip, null);
});

Deno.test("ClockSync ignores an answer to a question from long ago, which was never asked", () => {
  const clock = new ClockSync();
  clock.add(-1e300, 1000, 900);
  assertEquals([clock.offset, clock.roundTrip], [0, null]);
});

Deno.test("ClockSync forgets what it knew when a clock is set, to the future or to the past", () => {
  for (const step of [3_600_000, -3_600_000]) {
    const sync = new ClockSync();
    sync.add(1000, 1000.5, 1001);
    // The clock there is set; the answers are slower than the first one.
    sync.add(2000, 2002 + step, 2004);
    assertEquals(sync.offset, step);
    // The clock here is set, too.
    sync.add(3000 + step, 3002 + step, 3004 + step);
    assertEquals(sync.offset, 0);
  }
});

Deno.test("ClockSync forgets an answer of the future, since both clocks were set back", () => {
  const sync = new ClockSync();
  sync.add(HOUR, HOUR + 0.5, HOUR + 1);
  sync.add(1000, 1002, 1004);
  assertEquals(sync.roundTrip, 4);
});

Deno.test("ClockSync remembers a bounded number of answers", () => {
  const sync = new ClockSync();
  sync.add(0, HOUR + 0.5, 1);
  for (let i = 1; i <= MAX_SAMPLES; i++) sync.add(i, HOUR + i + 1, i + 2);
  // The quickest was the first one, which has made room.
  assertEquals(sync.roundTrip, 2);
});
