/**
 * Measures socketcam beside its alternatives on this machine (Linux): `deno task bench`. Writes
 * `bench/results.md` with its charts, and `bench/results.json`.
 *
 * @module
 */

import { Command } from "@commander-js/extra-typings";
import { complain, print } from "../lib/cli/terminal.ts";
import { show } from "./support/figure.ts";
import { Footage, SIZES } from "./support/footage.ts";
import { type Claim, isInBand, type Measurement, type Run } from "./support/measurement.ts";
import { verdict, writeReport } from "./support/report.ts";
import { compare } from "./support/versions.ts";
import { measureCameras } from "./cameras.ts";
import { measureCopy } from "./copy.ts";
import { measureDecode } from "./decode.ts";
import { measureDemand } from "./demand.ts";
import { measureFanOut } from "./fan_out.ts";
import { measureGrowth } from "./growth.ts";
import { measureLink } from "./link.ts";
import { measureStart } from "./start.ts";
import { measureWholeWay } from "./whole_way.ts";

const ROUNDS = 5;

type Measure = (run: Run, footage: Footage) => Promise<Measurement>;

/** All measurements, in the order of the report. */
const ALL: Readonly<Record<string, Measure>> = {
  way: (run, footage) => measureWholeWay(run, footage, run.quick ? ["1280x720"] : SIZES),
  copy: measureCopy,
  viewers: measureFanOut,
  cameras: measureCameras,
  demand: measureDemand,
  link: measureLink,
  decode: measureDecode,
  start: measureStart,
  growth: measureGrowth,
};
/** The measurements of a quick run. */
const QUICK = ["way", "copy", "viewers"];

const { quick = false, only, rounds, out, against } = new Command("bench")
  .description("Measures socketcam beside its alternatives.")
  .option("--quick", "in under 3 minutes; writes no report, and fails if a ratio is far off")
  .option("--only <names>", `some of ${Object.keys(ALL).join(", ")}, separated by commas`)
  .option("--rounds <n>", `how often to measure each (default: ${ROUNDS})`)
  .option("--out <folder>", "where to write the report", "bench")
  .option("--against <folder>", "measure another checkout of socketcam too, and compare")
  .parse(Deno.args, { from: "user" }).opts();

const startedAt = performance.now();
const minutes = () => (performance.now() - startedAt) / 60_000;
const run: Run = {
  quick,
  rounds: Number(rounds ?? (quick ? 1 : ROUNDS)),
  against: against && Deno.realPathSync(against),
  progress: (what) => complain(`${minutes().toFixed(1).padStart(5)} min  ${what}`),
};
const chosen = only?.split(",") ?? (quick ? QUICK : Object.keys(ALL));
const measurements: Measurement[] = [];
const folder = new URL(`${out}/`, new URL("../", import.meta.url));
await using footage = await Footage.open();
for (const name of chosen) {
  if (!Object.hasOwn(ALL, name)) throw new Error(`unknown measurement "${name}"`);
  measurements.push(await ALL[name](run, footage));
  if (quick) continue;
  // If a later measurement fails, the report so far remains.
  await writeReport(folder, {
    at: new Date().toISOString().slice(0, 10),
    machine: await machine(),
    rounds: run.rounds,
    minutes: minutes(),
  }, measurements);
}
const claims = measurements.flatMap(({ claims }) => claims);
for (const claim of claims) print(line(claim));
for (const { what, now, before, ratio } of measurements.flatMap(compare)) {
  print(`${show(ratio).padStart(7)}  ${what}: ${show(now)}; before: ${show(before)}`);
}
if (!quick) print(`Written: ${folder.pathname}results.md`);
else if (!claims.every(isInBand)) {
  complain("bench: a ratio is out of the range of any machine");
  Deno.exitCode = 1;
}

function line(claim: Claim): string {
  const { what, value, band } = claim;
  const where = band ? `, on any machine ${band[0]} to ${band[1]}` : "";
  return `${verdict(claim).replaceAll("*", "").padEnd(12)} ${
    show(value).padStart(7)
  }  ${what}${where}`;
}

async function machine(): Promise<string> {
  const cpu = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const linux = /^\d+\.\d+/.exec(Deno.osRelease())?.[0];
  return `${navigator.hardwareConcurrency} cores of ${cpu}, ${memory} GiB, Linux ${linux}, ` +
    `Deno ${Deno.version.deno}`;
}
