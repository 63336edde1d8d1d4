/**
 * What grows with the frame rate, and what with time.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import type { Footage } from "./support/footage.ts";
import { figure } from "./support/figure.ts";
import { type Load, measureLoad } from "./support/load.ts";
import type { Measurement, Run } from "./support/measurement.ts";
import { ROOT } from "./support/versions.ts";
import { LOOPBACK, socketcam } from "./support/way.ts";

const RATES = [1, 10, 30, 60, 120];
/** How long memory is watched, and how often, in seconds. */
const WATCH_S = 60;
const EVERY_S = 2;

/** Measures the whole way at rising frame rates, then its memory for a minute. */
export async function measureGrowth(run: Run, footage: Footage): Promise<Measurement> {
  const folder = await footage.folder("640x480");
  await using way = await socketcam(ROOT)(folder, LOOPBACK);
  const loads = new Map<number, Load[]>(RATES.map((rate) => [rate, []]));
  for (let round = 1; round <= run.rounds; round++) {
    for (const rate of RATES) {
      run.progress(`growth, round ${round} of ${run.rounds}: ${rate} a second`);
      loads.get(rate)!.push(await measureLoad(way, rate, 2));
    }
  }
  await way.source!.ask("rate 30");
  const memory: (readonly [seconds: number, mb: number])[][] = way.movers.map(() => []);
  run.progress(`growth: memory for ${WATCH_S} s`);
  for (let seconds = 0; seconds <= WATCH_S; seconds += EVERY_S) {
    for (const [i, mover] of way.movers.entries()) memory[i].push([seconds, mover.memory()]);
    await delay(EVERY_S * 1000);
  }
  const percent = (rate: number, of: (load: Load) => number) =>
    figure(loads.get(rate)!.map((load) => of(load) * load.fps / 10));
  const parts = [
    { name: "`server.ts`", of: ({ movers }: Load) => movers[0].cpu },
    { name: "its ffmpeg", of: ({ movers }: Load) => movers[0].children },
    { name: "`client.ts`", of: ({ movers }: Load) => movers[1].cpu },
  ];
  return {
    title: "Growth",
    notes: [
      "The whole way with the check, frames of 640x480, one viewer. The sections above show how cost " +
      "grows with the frame size and the number of viewers.",
    ],
    tables: [{
      title: "CPU by the rate, % of a core",
      columns: ["frames a second", ...parts.map(({ name }) => name), "arrived a second"],
      rows: RATES.map((rate) => [
        String(rate),
        ...parts.map(({ of }) => percent(rate, of)),
        figure(loads.get(rate)!.map(({ fps }) => fps)),
      ]),
    }],
    pictures: [{
      name: "growth_rate",
      chart: {
        title: "CPU by the rate, frames of 640x480",
        x: { name: "frames a second", min: 0 },
        y: { name: "% of a core", min: 0 },
        lines: parts.map(({ name, of }) => ({
          name: name.replaceAll("`", ""),
          points: RATES.map((rate) => [rate, percent(rate, of)?.median ?? null] as const),
        })),
      },
    }, {
      name: "growth_memory",
      chart: {
        title: "Memory over time, 30 frames of 640x480 a second",
        x: { name: "seconds", min: 0 },
        y: { name: "MB", min: 0 },
        lines: way.movers.map(({ name }, i) => ({ name, points: memory[i] })),
      },
    }],
    claims: [],
  };
}
