/**
 * Twenty minutes at full rate, with visitors, a slow viewer, one that reads nothing, and an ffmpeg
 * that is killed each minute. At the end, the programs must need no more than after five minutes.
 *
 * `ENDURANCE_MINUTES` sets another duration, at least 2, so that ffmpeg is killed before
 * the first measurement. `ENDURANCE_REPORT=1` writes docs/endurance/.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/terminal.ts";
import { during, lowTenth, median, rates, type Recording, type Sample } from "./record.ts";
import { writeReport } from "./report.ts";
import { Rig } from "./rig.ts";
import type { Seen } from "./viewers.ts";

const MINUTES = Number(Deno.env.get("ENDURANCE_MINUTES") ?? 20);
/** From this minute on nothing may grow: caches and pools are full. */
const SETTLED = Math.min(5, MINUTES / 2);
const SAMPLE_MS = 5000;

/**
 * How much memory may grow: by a twentieth, and live memory by 1 MiB more, because one measurement
 * may include frames under way and the other not. Leaking one frame a second would add 80 MiB.
 */
const MORE_MEMORY = { live: { part: 0.05, mib: 1 }, rss: { part: 0.05, mib: 0 } };
/** How much latency may grow on a machine that is busier at the end; a queue would add seconds. */
const MORE_LATENCY = { part: 1, ms: 100 };
/** How long a recovery may take, in milliseconds: on a busy machine, ffmpeg starts slowly. */
const RECOVERY_MS = 30_000;

async function record(rig: Rig): Promise<Recording> {
  const recording: Recording = { samples: [], deaths: [], needs: [] };
  while (rig.minute < MINUTES) {
    const turn = delay(SAMPLE_MS);
    if (rig.minute >= SETTLED && recording.needs.length === 0) {
      recording.needs.push(await rest(rig));
    }
    // In the middle of each minute, so that its ends are undisturbed.
    if (rig.minute >= recording.deaths.length + 0.5) {
      const { minute } = rig;
      recording.deaths.push({ minute, recoveredMs: await rig.killCamera() });
    }
    recording.samples.push(await rig.sample());
    await turn;
  }
  recording.needs.push(await rest(rig));
  return recording;
}

/** Measures at rest and prints the result. */
async function rest(rig: Rig): Promise<Recording["needs"][number]> {
  const needs = await rig.rest();
  print(`at rest: ${JSON.stringify(needs)}`);
  return needs;
}

Deno.test("server and client need no more after 20 minutes than after 5", async (t) => {
  let recording: Recording;
  let seen: Seen;
  {
    await using rig = await Rig.start();
    recording = await record(rig);
    seen = await rig.seen();
  }
  if (Deno.env.has("ENDURANCE_REPORT")) await writeReport(recording, seen);
  const { samples, deaths, needs: [then, now] } = recording;

  for (const name of ["server", "client"] as const) {
    await t.step({
      name: `${name} needs no more memory (only checked if the test runs for 6 minutes)`,
      ignore: MINUTES < 6,
      fn() {
        for (const what of ["live", "rss"] as const) {
          const [before, after] = [then[name][what], now[name][what]];
          const most = before * (1 + MORE_MEMORY[what].part) + MORE_MEMORY[what].mib;
          assert(after < most, `${what}: ${before} MiB, then ${after} MiB`);
        }
      },
    });
    await t.step(`${name} has as many descriptors and processes as before`, () => {
      assertEquals(now[name].descriptors, then[name].descriptors);
      assertEquals(now[name].children, then[name].children);
    });
  }

  await t.step("latency does not grow", () => {
    const span = MINUTES / 4;
    for (const read of [latencyOf, ageOf]) {
      // A leak shows in every sample, while other programs on this machine disturb only some.
      const before = lowTenth(during(samples, [SETTLED, SETTLED + span], read));
      const after = lowTenth(during(samples, [MINUTES - span, MINUTES], read));
      const most = Math.max(before * (1 + MORE_LATENCY.part), before + MORE_LATENCY.ms);
      assert(after < most, `${before} ms, then ${after} ms`);
    }
  });

  await t.step("the steady viewer gets frames at the end as at the beginning", () => {
    const fps = rates(samples).map(([, fps]) => fps);
    const half = fps.length / 2;
    const [before, after] = [median(fps.slice(0, half)), median(fps.slice(half))];
    assert(after > 0.8 * before, `${before} fps, then ${after} fps`);
  });

  await t.step("the camera recovers each time", () => {
    assertEquals(deaths.length, Math.ceil(MINUTES - 0.5));
    for (const { recoveredMs } of deaths) assert(recoveredMs < RECOVERY_MS, `${recoveredMs} ms`);
  });

  await t.step("visitors and the slow viewer get frames", () => {
    assert(seen.blind < seen.visitors / 100, `${seen.blind} of ${seen.visitors} saw nothing`);
    assert(seen.slowFrames > seen.visitors / 2, `${seen.slowFrames} frames`);
  });
});

function latencyOf({ latency }: Sample): number {
  return latency.p50;
}

function ageOf({ age }: Sample): number {
  return age.p50;
}
