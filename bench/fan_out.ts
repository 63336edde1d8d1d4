/**
 * Many viewers of one stream.
 *
 * @module
 */

import { freePort } from "../tests/support/ports.ts";
import { age } from "./support/age.ts";
import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { measureLoad } from "./support/load.ts";
import {
  type Claim,
  inTurn,
  type Measurement,
  type Run,
  type Table,
} from "./support/measurement.ts";
import { leaveOut, type Peer } from "./support/peers.ts";
import { deno, type Process, python } from "./support/process.ts";
import { own, ROOT } from "./support/versions.ts";
import { LOOPBACK, portOf, Programs, startCamera } from "./support/way.ts";

/** The length of a frame without the server's Exif, in bytes. */
const BYTES = 60_000;
const COUNTS = [1, 10, 100, 500, 1000];

/** A program that shows frames to all viewers that come. */
interface Shower extends AsyncDisposable {
  readonly mover: Process;
  readonly form: "http" | "parts";
  readonly port: number;
}

interface Row {
  readonly name: string;
  readonly start: (folder: string) => Promise<Shower>;
  readonly peer?: Peer;
}

const SOCKETCAM = "socketcam";
const GSTREAMER = "GStreamer `multipartmux ! tcpserversink`";
const BARE = "bare `Deno.listen` loop";

function show(root: string, ...how: string[]): Row["start"] {
  return (folder) =>
    Programs.build(async (programs) => {
      const mover = programs.start("show", deno(root, "bench/support/show.ts", folder, ...how), []);
      return { mover, form: "http" as const, port: await portOf(mover) };
    });
}

const ROWS = (run: Run): Row[] => [
  ...own(run, (root, end) => ({ name: SOCKETCAM + end, start: show(root) })),
  {
    name: GSTREAMER,
    peer: "GStreamer",
    start: (folder) =>
      Programs.build(async (programs) => {
        const { url } = await startCamera(programs, folder, LOOPBACK);
        const port = freePort();
        const mover = programs.start("GStreamer", [
          ...["gst-launch-1.0", "-q", "souphttpsrc", `location=${url}`, "is-live=true"],
          ...["blocksize=262144", "!", "multipartdemux", "!", "multipartmux", "boundary=frame"],
          ...["!", "tcpserversink", "host=127.0.0.1", `port=${port}`, "sync=false"],
        ], []);
        await mover.listens(port);
        return { mover, form: "parts" as const, port };
      }),
  },
  { name: BARE, start: show(ROOT, "bare") },
];

const NOTES = [
  `Frames of ${BYTES.toLocaleString("en")} bytes, 30 a second. *socketcam* is ` +
  "`serveViewers` in a program with the frames in memory (`bench/support/show.ts`), without " +
  "decoding. The *bare* loop is the same program without HTTP, mailboxes or limits: the cost of " +
  "Deno's sockets. GStreamer reads the bench's camera over HTTP. One viewer reads whole frames and " +
  "measures their age, from when they were published (GStreamer: from when they left the camera). " +
  "The others discard the bytes inside the kernel and count them (`bench/support/crowd.py`); all of " +
  "them connect at the same moment. CPU and memory are those of the program alone, in percent of " +
  "one core and in MB; the viewers run on the same cores.",
];

interface Sample {
  readonly cores: number;
  readonly memory: number;
  /** Frames a second of the viewer with the fewest. */
  readonly slowest: number;
  /** The share of all frames that arrived. */
  readonly delivered: number;
  /** Until all viewers had a frame, in milliseconds; null if that took over 5 s. */
  readonly ms: number | null | undefined;
  readonly ages: readonly (number | null)[];
}

/** Measures with a rising number of viewers. */
export async function measureFanOut(run: Run, footage: Footage): Promise<Measurement> {
  const { rows, notes } = await leaveOut(ROWS(run), run);
  const folder = await footage.padded(BYTES);
  const counts = run.quick ? [1, 100] : COUNTS;
  const tables: Table[] = [];
  const all = new Map<number, ReadonlyMap<string, readonly Sample[]>>();
  for (const count of counts) {
    const samples = await inTurn(
      run,
      `${count} viewers`,
      rows.map(({ name, start }) => ({
        name,
        measure: () => measure(start, folder, count, run.quick ? 2 : 3),
      })),
    );
    all.set(count, samples);
    tables.push(table(count, samples));
  }
  return {
    title: "Many viewers",
    notes: [...NOTES, ...notes],
    tables,
    pictures: run.quick ? [] : pictures(rows.map(({ name }) => name), all),
    claims: claims(all),
  };
}

async function measure(
  start: Row["start"],
  folder: string,
  count: number,
  seconds: number,
): Promise<Sample> {
  await using shower = await start(folder);
  const { mover, form, port } = shower;
  const stage = await Programs.build(async (programs) => {
    const path = form === "http" ? ["/stream"] : [];
    const one = programs.start(
      "viewer",
      python("support/viewer.py", form, "127.0.0.1", `${port}`, ...path),
      [],
    );
    await one.answer();
    const others = count - 1;
    const args = [form, "127.0.0.1", `${port}`, `${others}`, `${BYTES}`];
    const crowd = others > 0
      ? programs.start("crowd", python("support/crowd.py", ...args), [])
      : undefined;
    const ms = crowd ? (await crowd.answer<{ ms: number | null }>()).ms : undefined;
    return { one, crowd, ms };
  });
  await using _ = stage;
  const { one, crowd, ms } = stage;
  const others = crowd?.ask<{ seconds: number; frames: number[] }>(`measure ${seconds + 0.5}`);
  const load = await measureLoad({ sink: one, movers: [mover] }, 30, seconds);
  const taken = await others;
  const rates = [load.fps, ...taken ? taken.frames.map((frames) => frames / taken.seconds) : []];
  return {
    cores: load.movers[0].cpu * load.fps / 1000,
    memory: load.movers[0].memory,
    slowest: Math.min(...rates),
    delivered: rates.reduce((sum, rate) => sum + Math.min(rate, 30), 0) / rates.length / 30,
    ms,
    ages: load.ages.some((age) => age !== null) ? load.ages : load.serverAges,
  };
}

function table(count: number, samples: ReadonlyMap<string, readonly Sample[]>): Table {
  return {
    title: count === 1 ? "1 viewer" : `${count.toLocaleString("en")} viewers`,
    columns: [
      ...["", "CPU, % of a core", "memory, MB", "slowest viewer, a second", "delivered, %"],
      ...["age at one viewer p50, ms", "age p99", "all have a frame after, ms"],
    ],
    rows: [...samples].map(([name, some]) => [
      name,
      figure(some.map(({ cores }) => cores * 100)),
      figure(some.map(({ memory }) => memory)),
      figure(some.map(({ slowest }) => slowest)),
      figure(some.map(({ delivered }) => delivered * 100)),
      ...[0.5, 0.99].map((share) => figure(some.map(({ ages }) => age(ages, share)))),
      some.some(({ ms }) => ms === null) ? "over 5,000" : figure(some.map(({ ms }) => ms ?? null)),
    ]),
  };
}

type All = ReadonlyMap<number, ReadonlyMap<string, readonly Sample[]>>;

function pictures(names: readonly string[], all: All) {
  const lines = (of: (sample: Sample) => number) =>
    names.map((name) => ({
      name,
      points: [...all].map(([count, samples]) =>
        [count, figure(samples.get(name)!.map(of))?.median ?? null] as const
      ),
    }));
  const x = { name: "viewers", log: true };
  return [{
    name: "fan_out_cpu",
    chart: {
      title: "CPU by the number of viewers",
      x,
      y: { name: "% of a core", log: true },
      lines: lines(({ cores }) => cores * 100),
    },
  }, {
    name: "fan_out_memory",
    chart: {
      title: "Memory by the number of viewers",
      x,
      y: { name: "MB", min: 0 },
      lines: lines(({ memory }) => memory),
    },
  }];
}

function claims(all: All): Claim[] {
  const median = (count: number, name: string, of: (sample: Sample) => number | null) =>
    figure((all.get(count)?.get(name) ?? []).map(of))?.median ?? null;
  const cores = (count: number, name: string) => median(count, name, (sample) => sample.cores);
  // A program that delivers some of the frames does some of the work.
  const perFrame = (count: number, name: string) =>
    median(count, name, (sample) => sample.cores / sample.delivered);
  const oneAge = (count: number, share: number) =>
    median(count, SOCKETCAM, ({ ages }) => age(ages, share));
  const many = [...all.keys()].at(-1)!;
  return [
    {
      what: `CPU a frame delivered to ${many} viewers, times that of GStreamer`,
      value: ratio(perFrame(many, SOCKETCAM), perFrame(many, GSTREAMER)),
      atMost: 0.6,
      band: [0, 5],
    },
    {
      what: "the same, times that of a bare loop",
      value: ratio(perFrame(many, SOCKETCAM), perFrame(many, BARE)),
      atMost: 2,
      band: [0, 8],
    },
    {
      what: "CPU a viewer with 1,000 viewers, times that with 100",
      value: ratio(cores(1000, SOCKETCAM), cores(100, SOCKETCAM), 10),
      atMost: 1.1,
    },
    {
      what: "frames a second of the slowest of 1,000 viewers",
      value: median(1000, SOCKETCAM, ({ slowest }) => slowest),
      atLeast: 29,
    },
    {
      what: "memory with 1,000 viewers, MB",
      value: median(1000, SOCKETCAM, ({ memory }) => memory),
      atMost: 250,
    },
    {
      what: "until 1,000 viewers have a frame, ms",
      value: median(1000, SOCKETCAM, ({ ms }) => ms === null ? Infinity : ms ?? null),
      atMost: 3000,
    },
    {
      what: "from published to complete at one viewer, p50, ms",
      value: oneAge(1, 0.5),
      atMost: 0.7,
    },
    { what: "the same beside 99 others, p50, ms", value: oneAge(100, 0.5), atMost: 3 },
    { what: "the same, p99, ms", value: oneAge(100, 0.99), atMost: 4 },
  ];
}
