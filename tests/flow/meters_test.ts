import { assertAlmostEquals, assertEquals } from "@std/assert";
import { PERCENTILE_WINDOW, Percentiles, RateMeter } from "../../lib/flow/meters.js";

Deno.test("RateMeter reads the rate of the last seconds", () => {
  const meter = new RateMeter();
  for (let i = 0; i < 100; i++) meter.add(500, i * 40);
  const { fps, bytesPerSecond } = meter.read(99 * 40 + 20);
  assertAlmostEquals(fps, 25, 0.01);
  assertAlmostEquals(bytesPerSecond, 12_500, 5);
});

Deno.test("RateMeter falls when frames stop coming, and reaches 0", () => {
  const meter = new RateMeter();
  for (let i = 0; i < 100; i++) meter.add(500, i * 40);
  const last = 99 * 40;
  assertEquals(meter.read(last + 1000).fps < 20, true);
  assertEquals(meter.read(last + 10_000), { fps: 0, bytesPerSecond: 0 });
});

Deno.test("Percentiles reads the newest values, and null of none", () => {
  const percentiles = new Percentiles();
  assertEquals(percentiles.read(0.5), null);
  for (let i = 0; i < PERCENTILE_WINDOW; i++) percentiles.add(1000);
  for (let i = 0; i < PERCENTILE_WINDOW; i++) percentiles.add(i);
  assertEquals(percentiles.read(0), 0);
  assertEquals(percentiles.read(0.5), PERCENTILE_WINDOW / 2);
  assertEquals(percentiles.read(1), PERCENTILE_WINDOW - 1);
});
