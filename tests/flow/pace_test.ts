import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Pace } from "../../lib/flow/pace.ts";

/** How many of a source's frames are let through in 10 s; each comes up to 2 ms early or late. */
function passed(fps: number, sourceFps: number): number {
  const pace = new Pace(fps);
  let count = 0;
  for (let i = 0; i < 10 * sourceFps; i++) {
    const jitter = 2 * Math.sin(i * 12.9898);
    if (pace.take(1000 + i * 1000 / sourceFps + jitter)) count++;
  }
  return count;
}

Deno.test("Pace lets its limit of frames through at any rate of the source", () => {
  for (const [fps, source] of [[10, 30], [20, 30], [1, 30], [7, 25], [0.5, 30]]) {
    assertAlmostEquals(passed(fps, source), 10 * fps, 1, `${fps} of ${source}`);
  }
});

Deno.test("Pace lets all through when the source is slower", () => {
  assertEquals(passed(30, 10), 100);
});

Deno.test("Pace makes nothing up for a pause", () => {
  const pace = new Pace(10);
  assertEquals([0, 5000, 5033, 5066, 5100].map((at) => pace.take(at)), [
    ...[true, true, false, false, true],
  ]);
});
