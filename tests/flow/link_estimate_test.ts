import { assert, assertAlmostEquals } from "@std/assert";
import { LinkEstimate, MAX_IN_FLIGHT } from "../../lib/flow/link_estimate.ts";

/** A link in a model of it: one narrow place, and half of the round trip before and behind. */
interface Model {
  /** Mbit/s at a time in ms. */
  readonly rate: (at: number) => number;
  /** The round trip in ms at a time in ms. */
  readonly roundTrip: (at: number) => number;
  readonly seconds?: number;
}

/** What came through: ages of frames at the far end, and how full the link was. */
interface Outcome {
  readonly frames: readonly { readonly at: number; readonly age: number }[];
  readonly full: number;
  readonly link: LinkEstimate;
}

const FRAME_BYTES = 104_000; // 25 Mbit/s at 30 a second
const STEP_MS = 0.5;

/** Half a millisecond at a time: frames are made, sent when there is room, carried, acknowledged. */
function simulate({ rate, roundTrip, seconds = 60 }: Model): Outcome {
  const link = new LinkEstimate();
  const carried: { left: number; from: number; madeAt: number }[] = [];
  const acknowledgements: number[] = [];
  const frames: { at: number; age: number }[] = [];
  let newest: number | undefined;
  let made = 0;
  let skipped = 0;
  let used = 0;
  let capacity = 0;
  for (let at = 0; at < seconds * 1000; at += STEP_MS) {
    if (at >= made * 1000 / 30) {
      made++;
      if (newest !== undefined) skipped++;
      newest = at;
    }
    while (acknowledgements[0] <= at) {
      acknowledgements.shift();
      link.acknowledged(at);
    }
    if (newest !== undefined && link.opensAt(at) <= at) {
      link.sent(FRAME_BYTES, skipped, at);
      carried.push({ left: FRAME_BYTES, from: at + roundTrip(at) / 2, madeAt: newest });
      newest = undefined;
    }
    let room = rate(at) * 125 * STEP_MS;
    capacity += room;
    while (room > 0 && carried[0]?.from <= at) {
      const bytes = Math.min(room, carried[0].left);
      carried[0].left -= bytes;
      room -= bytes;
      used += bytes;
      if (carried[0].left > 0) continue;
      const arrivedAt = at + roundTrip(at) / 2;
      frames.push({ at: arrivedAt, age: arrivedAt - carried.shift()!.madeAt });
      acknowledgements.push(arrivedAt);
    }
  }
  return { frames, full: used / capacity, link };
}

function p95(frames: Outcome["frames"]): number {
  return frames.map(({ age }) => age).sort((a, b) => a - b)[Math.floor(frames.length * 0.95)];
}

const always = (value: number) => () => value;

Deno.test("LinkEstimate fills a link that is too narrow, and keeps the age of its frames small", () => {
  const cases: [mbits: number, roundTrip: number, age: number, full: number][] = [
    [10, 50, 250, 0.95],
    [10, 5, 200, 0.95],
    [10, 300, 450, 0.9],
    [1, 50, 1000, 0.95],
    [25, 50, 150, 0.95],
  ];
  for (const [mbits, roundTrip, age, full] of cases) {
    const outcome = simulate({ rate: always(mbits), roundTrip: always(roundTrip) });
    const what = `at ${mbits} Mbit/s and ${roundTrip} ms`;
    assert(p95(outcome.frames) < age, `${p95(outcome.frames)} ms old ${what}`);
    assert(outcome.full > full, `${outcome.full} full ${what}`);
  }
});

Deno.test("LinkEstimate measures pace and round trip of a full link", () => {
  const { link } = simulate({ rate: always(10), roundTrip: always(50) });
  assertAlmostEquals(link.pace! * FRAME_BYTES, 83.2, 2);
  assertAlmostEquals(link.roundTrip, 50, 2);
});

Deno.test("LinkEstimate lets every frame through a link that is wide enough, however far", () => {
  for (const [mbits, roundTrip] of [[1000, 0.5], [100, 50], [100, 150]]) {
    const { frames } = simulate({ rate: always(mbits), roundTrip: always(roundTrip) });
    const settled = frames.filter(({ at }) => at > 10_000 && at <= 59_000);
    assertAlmostEquals(settled.length, 49 * 30, 2, `at ${mbits} Mbit/s and ${roundTrip} ms`);
  }
});

Deno.test("LinkEstimate has fresh frames within 1 s when a link is itself again after a drop", () => {
  for (const [mbits, worst] of [[10, 1500], [100, 250]]) {
    const rate = (at: number) => at > 20_000 && at < 30_000 ? mbits / 10 : mbits;
    const { frames } = simulate({ rate, roundTrip: always(50) });
    const during = frames.filter(({ at }) => at > 20_000 && at < 30_000);
    assert(Math.max(...during.map(({ age }) => age)) < worst);
    const after = frames.filter(({ at }) => at > 31_000);
    assert(Math.max(...after.map(({ age }) => age)) < 200);
    assert(after.length > 28 * Math.min(30, mbits), `${after.length} frames afterwards`);
  }
});

Deno.test("LinkEstimate finds its way when the round trip becomes longer", () => {
  const roundTrip = (at: number) => at < 15_000 ? 50 : 150;
  const { frames } = simulate({ rate: always(10), roundTrip });
  const settled = frames.filter(({ at }) => at > 45_000);
  assert(p95(settled) < 300);
  assert(settled.length > 15 * 11, `${settled.length} frames`);
});

Deno.test("LinkEstimate sends no more when acknowledgements stay away", () => {
  const link = new LinkEstimate();
  for (let i = 0; i < 10; i++) {
    link.sent(FRAME_BYTES, 0, i * 33);
    if (i > 0) link.acknowledged(i * 33 + 20);
  }
  let sent = 0;
  for (let at = 330; at < 5000; at++) {
    if (link.opensAt(at) > at) continue;
    link.sent(FRAME_BYTES, 0, at);
    sent++;
  }
  assert(sent <= 4, `${sent} frames`);
});

Deno.test("LinkEstimate takes no harm from more acknowledgements than frames", () => {
  const link = new LinkEstimate();
  for (let i = 0; i < 10; i++) link.acknowledged(i);
  assertAlmostEquals(link.opensAt(20), 20);
  link.sent(FRAME_BYTES, 0, 20);
  assert(link.inFlight === 1);
});

Deno.test("LinkEstimate remembers no more frames of a client that never acknowledges one, however long", () => {
  const link = new LinkEstimate();
  const WEEK = 7 * 24 * 60 * 60 * 30;
  for (let i = 0; i < WEEK; i++) link.sent(FRAME_BYTES, 0, i * 1000 / 30);
  assert(link.inFlight <= MAX_IN_FLIGHT, `${link.inFlight} frames`);
});
