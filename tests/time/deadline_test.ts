import { assert, assertEquals, assertRejects } from "@std/assert";
import { Deadline, LateError, within } from "../../lib/time/deadline.ts";

const late = () => new LateError("late");

/** A deadline, and what it calls back with. */
function observed() {
  const { promise, resolve } = Promise.withResolvers<Error>();
  return { deadline: new Deadline(resolve), missed: promise };
}

Deno.test("Deadline is missed no sooner than it was last set to, and once", async () => {
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  using deadline = new Deadline(() => {
    calls++;
    resolve(performance.now());
  });
  deadline.set(10, late);
  const setAt = performance.now();
  deadline.set(50, late);
  assert(await promise >= setAt + 50);
  // Another one that is missed later shows that nothing came in between.
  const { deadline: other, missed } = observed();
  using _ = other;
  other.set(20, late);
  await missed;
  assertEquals(calls, 1);
});

Deno.test("Deadline is missed sooner when it is set so, with the last error", async () => {
  const { deadline, missed } = observed();
  using _ = deadline;
  deadline.set(60_000, () => new LateError("first"));
  deadline.set(1, () => new LateError("second"));
  assertEquals((await missed).message, "second");
});

Deno.test("Deadline that was cleared is missed only when it is set again", async () => {
  const { deadline, missed } = observed();
  using _ = deadline;
  deadline.set(1, late);
  deadline.clear();
  const { deadline: other, missed: otherMissed } = observed();
  using _other = other;
  other.set(20, late);
  const first = await Promise.race([missed.then(() => "cleared"), otherMissed.then(() => "other")]);
  assertEquals(first, "other");
  deadline.set(1, late);
  await missed;
});

Deno.test("Deadline leaves no timer behind when it is disposed of, and set after that", () => {
  const { deadline } = observed();
  deadline.set(60_000, late);
  deadline[Symbol.dispose]();
  deadline.set(60_000, late);
});

Deno.test("Deadline.within() gives what comes in time, or its error, wait after wait", async () => {
  using deadline = new Deadline();
  assertEquals(await deadline.within(Promise.resolve(1), 60_000, late), 1);
  assertEquals(await deadline.within(Promise.resolve(2), Infinity, late), 2);
  const failing = () => deadline.within(Promise.reject(new Error("broken")), 60_000, late);
  await assertRejects(failing, Error, "broken");
});

Deno.test("Deadline.within() rejects each time that something takes too long", async () => {
  using deadline = new Deadline();
  await deadline.within(Promise.resolve(), 60_000, late);
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => deadline.within(new Promise(() => {}), 1, late), LateError, "late");
  }
});

Deno.test("Deadline.within() does not run on while nothing is waited for", async () => {
  using deadline = new Deadline();
  await deadline.within(Promise.resolve(), 1, late);
  const { deadline: other, missed } = observed();
  using _ = other;
  other.set(20, late);
  const slow = missed.then(() => "there");
  assertEquals(await deadline.within(slow, 60_000, late), "there");
});

Deno.test("within() waits once, and its message says what was late", async () => {
  assertEquals(await within(Promise.resolve(1), 60_000, "never"), 1);
  await assertRejects(() => within(new Promise(() => {}), 1, "it slept"), LateError, "it slept");
});
