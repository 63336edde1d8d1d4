import { assertEquals } from "@std/assert";
import { durationOf, MAX_REASONS, Outage } from "../../lib/cli/outage.ts";
import { eventually } from "../support/eventually.ts";

Deno.test("an outage reports each reason once, the newest again and again, and nothing after its end", async () => {
  const reminders: string[] = [];
  using outage = new Outage((reason) => reminders.push(reason), 5);
  assertEquals([outage.add("away"), outage.add("away"), outage.add("busy")], [true, false, true]);
  await eventually(() => reminders.length >= 3, () => `${reminders.length} reminders`);
  assertEquals([...new Set(reminders)], ["busy"]);
  assertEquals([outage.end(), outage.end()], [true, false]);
  assertEquals(outage.add("away"), true);
});

Deno.test("an outage limits the reasons that it reports at once", () => {
  using outage = new Outage(() => {});
  const reported = Array.from({ length: 100 }, (_, i) => outage.add(`reason ${i}`));
  assertEquals(reported.filter(Boolean).length, MAX_REASONS);
});

Deno.test("a duration is said in its two largest units", () => {
  const cases: [seconds: number, words: string][] = [
    [0, "0 s"],
    [29.99, "30 s"],
    [60, "1 min"],
    [150, "2 min 30 s"],
    [3599.9, "1 h"],
    [3630, "1 h"],
    [93_780, "26 h 3 min"],
  ];
  for (const [seconds, words] of cases) assertEquals(durationOf(seconds * 1000), words);
});
