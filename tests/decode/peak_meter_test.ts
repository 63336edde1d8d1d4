import { assertEquals } from "@std/assert";
import { PEAK_SECONDS, PeakMeter } from "../../lib/decode/peak_meter.ts";

Deno.test("PeakMeter reads the greatest value of each second, oldest first", () => {
  const meter = new PeakMeter();
  for (let second = 0; second < 100; second++) {
    for (const part of [0.2, 0.9, 0.5]) meter.add(second + part, (second + part) * 1000);
  }
  const expected = Array.from({ length: PEAK_SECONDS }, (_, i) => 100 - PEAK_SECONDS + i + 0.9);
  assertEquals(meter.read(99_999), expected);
});

Deno.test("PeakMeter reads 0 for seconds in which nothing came", () => {
  const meter = new PeakMeter();
  meter.add(7, 500);
  assertEquals(meter.read(2500).slice(-4), [0, 7, 0, 0]);
  meter.add(8, 200_000);
  assertEquals(meter.read(200_500), [...new Array(PEAK_SECONDS - 1).fill(0), 8]);
});
