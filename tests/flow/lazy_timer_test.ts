import { assert, assertEquals } from "@std/assert";
import { LazyTimer } from "../../lib/flow/lazy_timer.ts";

/** Calls back when it is due, as a promise. */
function timer() {
  const { promise, resolve } = Promise.withResolvers<number>();
  return { timer: new LazyTimer(() => resolve(performance.now())), due: promise };
}

Deno.test("LazyTimer is due no sooner than it was last set to, and once", async () => {
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  using timer = new LazyTimer(() => {
    calls++;
    resolve(performance.now());
  });
  timer.set(10);
  const setAt = performance.now();
  timer.set(50);
  assert(await promise >= setAt + 50);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(calls, 1);
});

Deno.test("LazyTimer is due sooner when it is set to that", async () => {
  const { timer: lazy, due } = timer();
  using _ = lazy;
  lazy.set(60_000);
  lazy.set(1);
  await due;
});

Deno.test("LazyTimer that rests is due only when it is set again", async () => {
  const { timer: lazy, due } = timer();
  using _ = lazy;
  lazy.set(1);
  lazy.rest();
  const { timer: other, due: otherDue } = timer();
  using _other = other;
  other.set(20);
  assertEquals(
    await Promise.race([due.then(() => "rests"), otherDue.then(() => "other")]),
    "other",
  );
  lazy.set(1);
  await due;
});

Deno.test("LazyTimer leaves no timer behind when it is disposed of, and set after that", () => {
  const { timer: lazy } = timer();
  lazy.set(60_000);
  lazy[Symbol.dispose]();
  lazy.set(60_000);
});
