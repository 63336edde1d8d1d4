/**
 * docs/endurance/: what was measured, in words and pictures.
 *
 * @module
 */

import { drawLines, type Line } from "../../bench/support/line_chart.ts";
import type { Vitals } from "../support/vitals.ts";
import { during, loads, median, rates, type Recording, type Sample } from "./record.ts";
import type { Seen } from "./viewers.ts";

const FOLDER = new URL("../../docs/endurance/", import.meta.url);
const MINUTES = { name: "minutes", min: 0 };

/** Writes the folder anew. */
export async function writeReport(recording: Recording, seen: Seen): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, svg] of Object.entries(pictures(recording))) {
    await Deno.writeTextFile(new URL(`${name}.svg`, FOLDER), svg);
  }
  await Deno.writeTextFile(new URL("report.md", FOLDER), words(recording, seen));
}

function pictures({ samples }: Recording): Record<string, string> {
  const line = (name: string, of: (sample: Sample) => number | undefined): Line => ({
    name,
    points: samples.map((sample) => [sample.minute, of(sample) ?? null]),
  });
  const each = <T>(make: (name: string, of: (sample: Sample) => Vitals | undefined) => T) => [
    make("server", ({ server }) => server),
    make("client", ({ client }) => client),
    make("ffmpeg", ({ ffmpeg }) => ffmpeg),
  ];
  return {
    memory: drawLines({
      title: "Resident memory",
      x: MINUTES,
      y: { name: "MiB", min: 0 },
      lines: each((name, of) => line(name, (sample) => of(sample)?.rss)),
    }),
    cpu: drawLines({
      title: "Processor",
      x: MINUTES,
      y: { name: "% of one core", min: 0 },
      lines: each((name, of) => ({ name, points: loads(samples, of) })),
    }),
    latency: drawLines({
      title: "Latency, of the last 10 s each",
      x: MINUTES,
      y: { name: "ms", log: true },
      lines: [
        line("published, p50", ({ latency }) => latency.p50),
        line("published, p95", ({ latency }) => latency.p95),
        line("at the steady viewer, p50", ({ age }) => age.p50),
        line("at the steady viewer, p95", ({ age }) => age.p95),
      ],
    }),
    frames: drawLines({
      title: "Frames at the steady viewer, of 5 s each",
      x: MINUTES,
      y: { name: "frames a second", min: 0 },
      lines: [{ name: "steady viewer", points: rates(samples) }],
    }),
  };
}

function words({ samples, deaths, needs: [then, now] }: Recording, seen: Seen): string {
  const minutes = samples.at(-1)!.minute;
  const early: [number, number] = [then.minute, then.minute + minutes / 4];
  const late: [number, number] = [minutes * 3 / 4, Infinity];
  const row = (what: string, before: number, after: number, digits = 1) => {
    const change = before === 0 ? "" : `${(100 * (after / before - 1)).toFixed(1)} %`;
    return `| ${what} | ${before.toFixed(digits)} | ${after.toFixed(digits)} | ${change} |`;
  };
  const needed = (["server", "client"] as const).flatMap((name) => [
    row(`${name}: live heap and buffers, MiB`, then[name].live, now[name].live),
    row(`${name}: resident after a collection, MiB`, then[name].rss, now[name].rss),
    row(`${name}: descriptors`, then[name].descriptors, now[name].descriptors, 0),
    row(`${name}: child processes`, then[name].children, now[name].children, 0),
  ]);
  const medians: readonly [string, (sample: Sample) => number][] = [
    ["server: resident, garbage and all, MiB", ({ server }) => server.rss],
    ["client: resident, garbage and all, MiB", ({ client }) => client.rss],
    ["latency to publication, p50, ms", ({ latency }) => latency.p50],
    ["latency to publication, p95, ms", ({ latency }) => latency.p95],
    ["latency to the steady viewer, p50, ms", ({ age }) => age.p50],
    ["latency to the steady viewer, p95, ms", ({ age }) => age.p95],
  ];
  const recoveries = deaths.map(({ recoveredMs }) => recoveredMs);
  return `# ${minutes.toFixed(0)} minutes without a hand on it

Written by \`SOCKETCAM_ENDURANCE_REPORT=1 deno task test:endurance\`: server.ts and client.ts with a
picture of 1280x720 at 30 a second, a steady viewer, a slow one, one that reads nothing, and one that
comes each second (four, before the first count) and leaves after three. ffmpeg is killed once a
minute. Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores.

| what is needed at rest | minute ${then.minute.toFixed(0)} | minute ${
    now.minute.toFixed(0)
  } | change |
| --- | --- | --- | --- |
${needed.join("\n")}

"At rest" is while nobody comes or goes, after V8 has collected all garbage, that of the threads as
well, and malloc has given back what it kept: how much of both lies about at a time swings by more
than a leak of twenty minutes would be.

| median | minutes ${early.map((minute) => minute.toFixed(0)).join(" to ")} | from minute ${
    late[0].toFixed(0)
  } on | change |
| --- | --- | --- | --- |
${
    medians.map(([what, of]) =>
      row(what, median(during(samples, early, of)), median(during(samples, late, of)))
    ).join("\n")
  }

- The steady viewer saw ${samples.at(-1)!.frames} pictures, in the median ${
    median(rates(samples).map(([, fps]) => fps)).toFixed(1)
  } a second.
- The camera died ${deaths.length} times. A new picture was at the viewer after ${
    Math.round(median(recoveries))
  } ms in the median, ${Math.round(Math.max(...recoveries))} ms at most.
- ${seen.visitors} viewers came and went; ${seen.blind} of them saw no picture.
- The slow viewer saw ${seen.slowFrames} pictures.

![memory](memory.svg) ![processor](cpu.svg)

![latency](latency.svg) ![frames](frames.svg)
`;
}
