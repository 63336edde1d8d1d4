/**
 * Writes docs/endurance/: the measurements in tables and charts.
 *
 * @module
 */

import { drawLines, type Line } from "../../bench/support/line_chart.ts";
import type { Vitals } from "../support/vitals.ts";
import { during, loads, median, rates, type Recording, type Sample } from "./record.ts";
import type { Seen } from "./viewers.ts";

const FOLDER = new URL("../../docs/endurance/", import.meta.url);
const MINUTES = { name: "minutes", min: 0 };

/** Replaces the files in the folder. */
export async function writeReport(recording: Recording, seen: Seen): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, svg] of Object.entries(charts(recording))) {
    await Deno.writeTextFile(new URL(`${name}.svg`, FOLDER), svg);
  }
  await Deno.writeTextFile(new URL("report.md", FOLDER), words(recording, seen));
}

function charts({ samples }: Recording): Record<string, string> {
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
      title: "CPU load",
      x: MINUTES,
      y: { name: "% of one core", min: 0 },
      lines: each((name, of) => ({ name, points: loads(samples, of) })),
    }),
    latency: drawLines({
      title: "Latency over the last 10 s",
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
      title: "Frame rate at the steady viewer over 5 s",
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
    row(`${name}: resident memory after collection, MiB`, then[name].rss, now[name].rss),
    row(`${name}: file descriptors`, then[name].descriptors, now[name].descriptors, 0),
    row(`${name}: child processes`, then[name].children, now[name].children, 0),
  ]);
  const medians: readonly [string, (sample: Sample) => number][] = [
    ["server: resident memory with garbage, MiB", ({ server }) => server.rss],
    ["client: resident memory with garbage, MiB", ({ client }) => client.rss],
    ["latency to publication, p50, ms", ({ latency }) => latency.p50],
    ["latency to publication, p95, ms", ({ latency }) => latency.p95],
    ["latency to the steady viewer, p50, ms", ({ age }) => age.p50],
    ["latency to the steady viewer, p95, ms", ({ age }) => age.p95],
  ];
  const recoveries = deaths.map(({ recoveredMs }) => recoveredMs);
  return `# ${minutes.toFixed(0)} minutes under load

\`ENDURANCE_REPORT=1 deno task test:endurance\` writes this report. server.ts sends 1280x720
frames at 30 a second, and client.ts serves a steady viewer, a slow one, one that reads nothing, and
a visitor a second (four a second before the first measurement), who leaves after three seconds.
ffmpeg is killed once a minute. Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores.

| at rest | minute ${then.minute.toFixed(0)} | minute ${now.minute.toFixed(0)} | change |
| --- | --- | --- | --- |
${needed.join("\n")}

"At rest" means that there are no visitors, V8 has collected all garbage, in the workers too, and
malloc has returned its unused memory. Without this, the values would vary by more than a leak of
twenty minutes.

| median | minutes ${early.map((minute) => minute.toFixed(0)).join(" to ")} | from minute ${
    late[0].toFixed(0)
  } on | change |
| --- | --- | --- | --- |
${
    medians.map(([what, of]) =>
      row(what, median(during(samples, early, of)), median(during(samples, late, of)))
    ).join("\n")
  }

- The steady viewer received ${samples.at(-1)!.frames} frames, ${
    median(rates(samples).map(([, fps]) => fps)).toFixed(1)
  } a second in the median.
- ffmpeg was killed ${deaths.length} times. The steady viewer received a new frame after ${
    Math.round(median(recoveries))
  } ms in the median and ${Math.round(Math.max(...recoveries))} ms at most.
- There were ${seen.visitors} visitors; ${seen.blind} of them received no frame.
- The slow viewer received ${seen.slowFrames} frames.

![memory](memory.svg) ![CPU load](cpu.svg)

![latency](latency.svg) ![frame rate](frames.svg)
`;
}
