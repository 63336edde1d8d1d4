/**
 * Twenty minutes at full rate, with viewers that come and go, one that is slow, one that reads
 * nothing, and a camera that dies each minute: at the end everything is as it was after five.
 *
 * `SOCKETCAM_ENDURANCE_MINUTES` makes it shorter: 2 at least, so that the camera has died before the
 * first count. `SOCKETCAM_ENDURANCE_REPORT=1` writes docs/endurance/ anew.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/log.ts";
import { during, lowTenth, median, rates, type Recording, type Sample } from "./record.ts";
import { writeReport } from "./report.ts";
import { Rig } from "./rig.ts";
import type { Seen } from "./viewers.ts";

const MINUTES = Number(Deno.env.get("SOCKETCAM_ENDURANCE_MINUTES") ?? 20);
/** From this minute on nothing is to grow: what fills up once is full. */
const SETTLED = Math.min(5, MINUTES / 2);
const SAMPLE_MS = 5000;

/**
 * How much more memory may be needed at the end: a twentieth, and of what lives 1 MiB besides, which
 * is what the frames on their way may take at one count and not at the other. A picture forgotten a
 * second would be 80 MiB.
 */
const MORE_MEMORY = { live: { part: 0.05, mib: 1 }, rss: { part: 0.05, mib: 0 } };
/**
 * How much more latency may be at the end: a fifth, or 2 ms where it is so small that a timer's tick
 * is more than that.
 */
const MORE_LATENCY = { part: 0.2, ms: 2 };
const RECOVERY_MS = 5000;
const FPS = 30;

async function record(rig: Rig): Promise<Recording> {
  const recording: Recording = { samples: [], deaths: [], needs: [] };
  while (rig.minute < MINUTES) {
    const turn = delay(SAMPLE_MS);
    if (rig.minute >= SETTLED && recording.needs.length === 0) {
      recording.needs.push(await rest(rig));
    }
    // In the middle of each minute, so that both ends of it are undisturbed.
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

/** Counts what is needed, and says so, whether or not it is too much. */
async function rest(rig: Rig): Promise<Recording["needs"][number]> {
  const needs = await rig.rest();
  print(`at rest: ${JSON.stringify(needs)}`);
  return needs;
}

Deno.test("server and client are after 20 minutes as they were after 5", async (t) => {
  let recording: Recording;
  let seen: Seen;
  {
    await using rig = await Rig.start();
    recording = await record(rig);
    seen = await rig.seen();
  }
  if (Deno.env.has("SOCKETCAM_ENDURANCE_REPORT")) await writeReport(recording, seen);
  const { samples, deaths, needs: [then, now] } = recording;

  for (const name of ["server", "client"] as const) {
    await t.step({
      name: `${name}: no more memory is needed (judged from 6 minutes on)`,
      ignore: MINUTES < 6,
      fn() {
        for (const what of ["live", "rss"] as const) {
          const [before, after] = [then[name][what], now[name][what]];
          const most = before * (1 + MORE_MEMORY[what].part) + MORE_MEMORY[what].mib;
          assert(after < most, `${what}: ${before} MiB, then ${after} MiB`);
        }
      },
    });
    await t.step(`${name}: as many descriptors and processes`, () => {
      assertEquals(now[name].descriptors, then[name].descriptors);
      assertEquals(now[name].children, then[name].children);
    });
  }

  await t.step("latency does not grow", () => {
    const span = MINUTES / 4;
    for (const read of [latencyOf, ageOf]) {
      // What accumulates is never away; what another program on this machine does, is at times.
      const before = lowTenth(during(samples, [SETTLED, SETTLED + span], read));
      const after = lowTenth(during(samples, [MINUTES - span, MINUTES], read));
      const most = Math.max(before * (1 + MORE_LATENCY.part), before + MORE_LATENCY.ms);
      assert(after < most, `${before} ms, then ${after} ms`);
    }
  });

  await t.step("the steady viewer gets every frame of a camera that lives", () => {
    assert(median(rates(samples).map(([, fps]) => fps)) > 0.98 * FPS);
  });

  await t.step("the camera is back within 5 s of each of its deaths", () => {
    assertEquals(deaths.length, Math.ceil(MINUTES - 0.5));
    for (const { recoveredMs } of deaths) assert(recoveredMs < RECOVERY_MS, `${recoveredMs} ms`);
  });

  await t.step("whoever comes for 3 s sees a picture, and the slow viewer sees many", () => {
    assertEquals(seen.blind, 0);
    assert(seen.visitors > MINUTES * 60 * 0.8, `${seen.visitors} visitors`);
    assert(seen.slowFrames > MINUTES * 60, `${seen.slowFrames} frames`);
  });
});

function latencyOf({ latency }: Sample): number {
  return latency.p50;
}

function ageOf({ age }: Sample): number {
  return age.p50;
}
