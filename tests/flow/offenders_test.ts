import { assertEquals } from "@std/assert";
import {
  FORGET_MS,
  FREE_FAILURES,
  MAX_OFFENDERS,
  Offenders,
  PENALTY_MS,
} from "../../lib/flow/offenders.ts";

/** The waits after one failure, two, and so on, all at the same time. */
function waits(count: number): number[] {
  const offenders = new Offenders();
  return Array.from({ length: count }, () => {
    offenders.failed("a", 0);
    return offenders.wait("a", 0);
  });
}

Deno.test("Offenders makes an address wait longer with each failure after the first few", () => {
  const { min, max } = PENALTY_MS;
  const found = waits(20);
  assertEquals(found.slice(0, FREE_FAILURES + 1), [0, 0, min, 2 * min]);
  assertEquals(found.at(-1), max);
});

Deno.test("Offenders lets an address try again after its wait, and forgets and forgives it", () => {
  const offenders = new Offenders();
  for (let i = 0; i < FREE_FAILURES; i++) offenders.failed("a", 0);
  assertEquals(offenders.wait("a", PENALTY_MS.min - 1), 1);
  assertEquals(offenders.wait("a", PENALTY_MS.min), 0);
  assertEquals(offenders.wait("b", 0), 0);
  offenders.failed("a", FORGET_MS + 1);
  assertEquals(offenders.wait("a", FORGET_MS + 1), 0);
  for (let i = 0; i < FREE_FAILURES; i++) offenders.failed("a", FORGET_MS + 1);
  offenders.forgive("a");
  assertEquals(offenders.wait("a", FORGET_MS + 1), 0);
});

Deno.test("Offenders remembers only so many addresses, the latest", () => {
  const offenders = new Offenders();
  for (let i = 0; i <= MAX_OFFENDERS; i++) {
    for (let j = 0; j < FREE_FAILURES; j++) offenders.failed(`${i}`, 0);
  }
  assertEquals(offenders.wait("0", 0), 0);
  assertEquals(offenders.wait("1", 0), PENALTY_MS.min);
});
