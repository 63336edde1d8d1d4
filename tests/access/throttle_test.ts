import { assertEquals } from "@std/assert";
import {
  FORGET_MS,
  FREE_FAILURES,
  MAX_ADDRESSES,
  PENALTY_MS,
  Throttle,
} from "../../lib/access/throttle.ts";

/** The waits after one failure, two, and so on, all at the same time. */
function waits(count: number): number[] {
  const throttle = new Throttle();
  return Array.from({ length: count }, () => {
    throttle.failed("a", 0);
    return throttle.waitMs("a", 0);
  });
}

Deno.test("Throttle makes an address wait longer with each failure after the first few", () => {
  const { min, max } = PENALTY_MS;
  const found = waits(20);
  assertEquals(found.slice(0, FREE_FAILURES + 1), [0, 0, min, 2 * min]);
  assertEquals(found.at(-1), max);
});

Deno.test("Throttle lets an address try again after its wait, and forgets and forgives it", () => {
  const throttle = new Throttle();
  for (let i = 0; i < FREE_FAILURES; i++) throttle.failed("a", 0);
  assertEquals(throttle.waitMs("a", PENALTY_MS.min - 1), 1);
  assertEquals(throttle.waitMs("a", PENALTY_MS.min), 0);
  assertEquals(throttle.waitMs("b", 0), 0);
  throttle.failed("a", FORGET_MS + 1);
  assertEquals(throttle.waitMs("a", FORGET_MS + 1), 0);
  for (let i = 0; i < FREE_FAILURES; i++) throttle.failed("a", FORGET_MS + 1);
  throttle.succeeded("a");
  assertEquals(throttle.waitMs("a", FORGET_MS + 1), 0);
});

Deno.test("Throttle remembers only so many addresses, the latest", () => {
  const throttle = new Throttle();
  for (let i = 0; i <= MAX_ADDRESSES; i++) {
    for (let j = 0; j < FREE_FAILURES; j++) throttle.failed(`${i}`, 0);
  }
  assertEquals(throttle.waitMs("0", 0), 0);
  assertEquals(throttle.waitMs("1", 0), PENALTY_MS.min);
});
