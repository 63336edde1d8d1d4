import { assertEquals, assertRejects } from "@std/assert";
import { Patience } from "../../lib/flow/within.ts";

const late = () => new Error("late");

Deno.test("Patience gives what comes in time, or its error, one thing after the other", async () => {
  using patience = new Patience();
  assertEquals(await patience.within(60_000, Promise.resolve(1), late), 1);
  assertEquals(await patience.within(Infinity, Promise.resolve(2), late), 2);
  const failing = () => patience.within(60_000, Promise.reject(new Error("broken")), late);
  await assertRejects(failing, Error, "broken");
});

Deno.test("Patience ends when something takes too long, each time", async () => {
  using patience = new Patience();
  await patience.within(60_000, Promise.resolve(), late);
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => patience.within(1, new Promise(() => {}), late), Error, "late");
  }
});

Deno.test("Patience does not run out while nothing is waited for", async () => {
  using patience = new Patience();
  await patience.within(1, Promise.resolve(), late);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const slow = new Promise((resolve) => setTimeout(() => resolve("there"), 20));
  assertEquals(await patience.within(60_000, slow, late), "there");
});
