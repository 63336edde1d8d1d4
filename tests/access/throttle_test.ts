import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  FREE_FAILURES,
  MAX_HELD,
  penalty,
  PENALTY_MS,
  type Verdict,
} from "../../lib/access/attempts.ts";
import { Throttle } from "../../lib/access/throttle.ts";

const ADDRESS = "203.0.113.7";

/** Attempts with the wrong secret whose answers are held back until `end`; what has come so far. */
function guess(throttle: Throttle, count: number, address = ADDRESS) {
  const ending = new AbortController();
  const verdicts: Verdict[] = [];
  const all = Array.from({ length: count }, async () => {
    verdicts.push(await throttle.judge(address, () => false, ending.signal));
  });
  const end = async () => {
    ending.abort();
    await Promise.all(all);
  };
  return { verdicts, end };
}

/** Lets everything settle that waits for nothing but promises. */
function settle(): Promise<void> {
  return delay(0);
}

Deno.test("penalty() is nothing for a few failures, then doubles up to a minute", () => {
  const { min, max } = PENALTY_MS;
  const found = Array.from({ length: 20 }, (_, i) => penalty(i + 1));
  assertEquals(found.slice(0, FREE_FAILURES + 3), [0, 0, 0, min, 2 * min, 4 * min]);
  assertEquals(found.at(-1), max);
});

Deno.test("Throttle holds back the answers to attempts side by side, as if one came after the other", async () => {
  const throttle = new Throttle();
  const { verdicts, end } = guess(throttle, FREE_FAILURES + MAX_HELD);
  await settle();
  assertEquals(verdicts, new Array(FREE_FAILURES).fill("wrong"));
  await end();
});

Deno.test("Throttle passes the right secret at once while wrong ones come from the same address", async () => {
  const throttle = new Throttle();
  const { verdicts, end } = guess(throttle, FREE_FAILURES + MAX_HELD + 1);
  await settle();
  assertEquals(verdicts.at(-1), "slow");
  assertEquals(await throttle.judge(ADDRESS, () => true), "right");
  await end();
});

Deno.test("Throttle judges few of 60 wrong attempts at the same moment", async () => {
  const throttle = new Throttle();
  const ending = new AbortController();
  let judged = 0;
  const isRight = () => {
    judged++;
    return Promise.resolve(false);
  };
  const all = Array.from(
    { length: 60 },
    () => throttle.judge(ADDRESS, isRight, ending.signal),
  );
  assertEquals(await all.at(-1), "slow");
  // Those that cost nothing, those that are held back, the first turn and the newest, or a few more
  // on a busy machine.
  assert(judged >= FREE_FAILURES + MAX_HELD && judged < 30, `${judged} were judged`);
  ending.abort();
  const verdicts = await Promise.all(all);
  assertEquals(verdicts.filter((one) => one === "wrong").length, FREE_FAILURES + MAX_HELD);
});

Deno.test("Throttle lets a right attempt in that comes after 60 wrong ones at the same moment", async () => {
  const throttle = new Throttle();
  const { end } = guess(throttle, 60);
  assertEquals(await throttle.judge(ADDRESS, () => Promise.resolve(true)), "right");
  await end();
});

Deno.test("Throttle gives the one turn that is left to the newest attempt", async () => {
  const throttle = new Throttle();
  const { end } = guess(throttle, FREE_FAILURES + MAX_HELD + 1);
  await settle();
  const late = Array.from({ length: 3 }, () => throttle.judge(ADDRESS, () => true));
  assertEquals(await Promise.all(late), ["slow", "slow", "right"]);
  await end();
});

Deno.test("Throttle passes many right attempts at the same moment", async () => {
  const throttle = new Throttle();
  const all = Array.from(
    { length: 60 },
    () => throttle.judge(ADDRESS, () => Promise.resolve(true)),
  );
  assertEquals(await Promise.all(all), new Array(60).fill("right"));
});

Deno.test("Throttle counts an IPv6 network as one address, and others not at all", async () => {
  const throttle = new Throttle();
  const ending: (() => Promise<void>)[] = [];
  for (let i = 0; i < FREE_FAILURES + MAX_HELD; i++) {
    ending.push(guess(throttle, 1, `2001:db8:1:2:${i}::1`).end);
    await settle();
  }
  const one = (address: string) => guess(throttle, 1, address);
  const same = one("2001:db8:1:2:ffff::9");
  const other = one("2001:db8:1:3::9");
  await settle();
  assertEquals([same.verdicts, other.verdicts], [["slow"], ["wrong"]]);
  await Promise.all(ending.map((end) => end()));
});
