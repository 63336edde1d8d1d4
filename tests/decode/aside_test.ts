import { assertEquals } from "@std/assert";
import { Aside, ASIDE_MS } from "../../lib/decode/aside.ts";

/** How long it stays set from `at` on. */
function setFor(aside: Aside, at: number): number {
  let ms = 0;
  while (aside.isSet(at + ms)) ms += 1000;
  return ms;
}

Deno.test("Aside takes several attempts that fail together for one incident", () => {
  const aside = new Aside();
  for (const at of [5000, 5001, 5002, 5003]) aside.fail(0, "it hangs", at);
  assertEquals([aside.problem, setFor(aside, 5000)], ["it hangs", ASIDE_MS]);
  // The next incident takes twice as long, however many workers hang again.
  for (const at of [21_000, 21_001]) aside.fail(16_000, "it hangs", at);
  assertEquals(setFor(aside, 21_000), 2 * ASIDE_MS);
});

Deno.test("Aside lets one attempt try again, and all once it has worked", () => {
  const aside = new Aside();
  aside.fail(0, "it hangs", 5000);
  const at = 5000 + ASIDE_MS;
  assertEquals(aside.isSet(at), false);
  {
    using _ = aside.attempt();
    assertEquals(aside.isSet(at), true);
    aside.succeed(at);
    assertEquals([aside.isSet(at), aside.problem], [false, undefined]);
  }
  using _first = aside.attempt();
  using _second = aside.attempt();
  assertEquals(aside.isSet(at), false);
});

Deno.test("Aside is not ended by an attempt that began before the incident", () => {
  const aside = new Aside();
  aside.fail(0, "it hangs", 5000);
  aside.succeed(4000);
  assertEquals(aside.isSet(5001), true);
});

Deno.test("Aside forgets everything when something else is attempted", () => {
  const aside = new Aside();
  aside.fail(0, "it hangs", 5000);
  aside.fail(16_000, "it hangs", 21_000);
  aside.reset(22_000);
  assertEquals([aside.isSet(22_000), aside.problem], [false, undefined]);
  // Attempts that began before that tell nothing new.
  aside.fail(21_500, "it hangs", 26_500);
  assertEquals(aside.problem, undefined);
  aside.fail(23_000, "it hangs", 28_000);
  assertEquals(setFor(aside, 28_000), ASIDE_MS);
});
