/**
 * The whole way: from the camera's JPEG to the viewer's, across two programs.
 *
 * @module
 */

import { age } from "./support/age.ts";
import { figure, ratio } from "./support/figure.ts";
import type { Footage, Size } from "./support/footage.ts";
import { type Load, measureLoad } from "./support/load.ts";
import {
  type Claim,
  inTurn,
  type Measurement,
  type Run,
  type Table,
} from "./support/measurement.ts";
import { leaveOut, type Peer } from "./support/peers.ts";
import { own } from "./support/versions.ts";
import {
  ffmpegListen,
  gstreamer,
  LOOPBACK,
  socketcam,
  socketcamFromMemory,
  type StartWay,
  tutorial,
} from "./support/way.ts";

/** The rate at which ages are measured. */
const FPS = 30;

/** One way, and how it is measured. */
interface Row {
  readonly name: string;
  readonly start: StartWay;
  /** The program it needs that may not be installed. */
  readonly peer?: Peer;
  /** Whether it gets faster in its first seconds. */
  readonly warmsUp?: boolean;
  /** Whether only its highest rate can be measured. */
  readonly onlyRate?: boolean;
  /** Whether it is measured at all sizes; the usual size is enough for the others. */
  readonly allSizes?: boolean;
  /** Whether it is part of a quick run. */
  readonly quick?: boolean;
}

const PASS = "socketcam, `--no-decode`";
const CHECK = "socketcam";
const TRANSFORM = "socketcam, `--transform grey.ts`";
const MEMORY_PASS = "socketcam as a library, `--no-decode`";
const MEMORY_CHECK = "socketcam as a library";
const PICKLE = "Python, pickled frames";
const SIZED = "Python, pickled frames, sized buffer";
const JPEG = "Python, pickled JPEGs";
const GSTREAMER = "GStreamer, twice";
const FFMPEG = "ffmpeg `-listen 1`, twice";

const ROWS = (run: Run): Row[] => [
  ...own(run, (root, end) => ({
    name: PASS + end,
    start: socketcam(root, "--no-decode"),
    ...{ warmsUp: true, allSizes: true, quick: true },
  })),
  ...own(run, (root, end) => ({
    name: CHECK + end,
    start: socketcam(root),
    ...{ warmsUp: true, allSizes: true, quick: true },
  })),
  ...own(run, (root, end) => ({
    name: TRANSFORM + end,
    start: socketcam(root, "--transform", `${root}/examples/transforms/grey.ts`),
    warmsUp: true,
  })),
  ...own(run, (root, end) => ({
    name: MEMORY_PASS + end,
    start: socketcamFromMemory(root, "--no-decode"),
    ...{ onlyRate: true, quick: true },
  })),
  ...own(run, (root, end) => ({
    name: MEMORY_CHECK + end,
    start: socketcamFromMemory(root),
    ...{ onlyRate: true, quick: true },
  })),
  { name: PICKLE, start: tutorial(), peer: "OpenCV", allSizes: true },
  { name: SIZED, start: tutorial("sized"), peer: "OpenCV" },
  { name: JPEG, start: tutorial("jpeg"), peer: "OpenCV", allSizes: true, quick: true },
  { name: GSTREAMER, start: gstreamer, peer: "GStreamer", allSizes: true },
  { name: FFMPEG, start: ffmpegListen },
];

const NOTES = [
  "A network camera (`bench/support/camera.py`) sends 20 frames of people walking over HTTP, again " +
  "and again. `server.ts` reads them with ffmpeg, which copies; `client.ts` shows them; a viewer " +
  "reads `/stream`. Both programs start as users start them. GStreamer and ffmpeg read the same " +
  "camera and run twice, one after the other, so that they have as many hops.",
  "*Python* is what tutorials for OpenCV do. The server pickles frames, and the client appends 4 KB " +
  "at a time to `bytes`, which is quadratic; with a *sized buffer* it receives into a buffer of the " +
  "right length. With *JPEGs*, frames go through `cv2.imencode` (quality 80) and `cv2.imdecode`. " +
  "These frames are pixels in memory, there is no camera, and the client is the viewer. *As a " +
  "library* compares to that: the server's socket (`listen`) with JPEGs in memory, and `client.ts`.",
  `*Most a second* is what reaches the viewer when the camera sends as fast as it can, while all ` +
  `programs share the cores of this machine. Age is at ${FPS} frames a second, from when a frame ` +
  "leaves the camera (in Python: before it is encoded) to when the viewer has all of it (decoded). " +
  "*Server and client* leaves out the camera and ffmpeg: it counts from the server's Exif time. For " +
  "TypeScript, age and CPU are measured after a time at the highest rate; *at first* is in the " +
  "first seconds, before V8 has compiled the hot code. Memory is from these first seconds; at the " +
  "highest rate V8 takes up to 30 MB more. CPU is in milliseconds a frame at the usual rate; " +
  "*ffmpeg* is the child process of `server.ts`.",
];

interface Sample {
  /** At the usual rate, in the first seconds. */
  readonly young?: Load;
  readonly most: Load;
  /** The same once V8 has compiled the hot code. */
  readonly steady?: Load;
}

/** Measures frames of each size. */
export async function measureWholeWay(
  run: Run,
  footage: Footage,
  sizes: readonly Size[],
): Promise<Measurement> {
  const { rows, notes } = await leaveOut(ROWS(run), run);
  const chosen = rows.filter(({ quick }) => quick || !run.quick);
  const tables: Table[] = [];
  const claims: Claim[] = [];
  const curves = chosen.map(({ name }) => ({ name, points: [] as [number, number | null][] }));
  for (const size of sizes) {
    const folder = await footage.folder(size);
    const kib = await footage.kib(size);
    const samples = await inTurn(
      run,
      size,
      chosen.filter(({ allSizes }) => allSizes || size === "1280x720").map((
        { name, start, onlyRate, warmsUp },
      ) => ({
        name,
        measure: async () => {
          await using way = await start(folder, LOOPBACK);
          if (onlyRate) {
            // The first second is warm-up: V8 compiles the hot code, and the window opens.
            await measureLoad(way, "max", 1);
            return { most: await measureLoad(way, "max", 1) };
          }
          return {
            young: await measureLoad(way, FPS, 2),
            most: await measureLoad(way, "max", 1),
            // Programs that drop no frames would still be working off their queues.
            ...warmsUp && { steady: await measureLoad(way, FPS, 2) },
          };
        },
      })),
    );
    tables.push(table(size, kib, samples));
    for (const { name, points } of curves) {
      points.push([
        kib,
        figure((samples.get(name) ?? []).map(({ most }) => most.fps))?.median ?? null,
      ]);
    }
    if (size === "1280x720") claims.push(...claimsOf(samples));
  }
  return {
    title: "The whole way",
    notes: [...NOTES, ...notes],
    tables,
    pictures: sizes.length < 2 ? [] : [{
      name: "whole_way",
      chart: {
        title: "Most frames a second, by the size of a frame",
        x: { name: "KiB a frame", log: true },
        y: { name: "frames a second", log: true },
        lines: curves,
      },
    }],
    claims,
  };
}

/** The load at the usual rate in the long run. */
function usual({ young, steady }: Sample): Load | undefined {
  return steady ?? young;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

function table(size: Size, kib: number, samples: Samples): Table {
  return {
    title: `${size}, ${kib.toFixed(0)} KiB a frame`,
    columns: [
      ...[
        "",
        "most a second",
        "age p50, ms",
        "age p95",
        "age p99",
        "server and client p50",
        "server and client p99",
      ],
      "p50 at first",
      ...["CPU server, ms", "CPU ffmpeg", "CPU client", "memory server, MB", "memory client"],
    ],
    rows: [...samples].map(([name, some]) => {
      const steady = some.map(usual).filter((load) => load !== undefined);
      const young = some.map((sample) => sample.young).filter((load) => load !== undefined);
      const [server, client] = [0, 1].map((i) => steady.map(({ movers }) => movers[i]));
      const children = server.map(({ children }) => children || null);
      return [
        name,
        figure(some.map(({ most }) => most.fps)),
        ...[0.5, 0.95, 0.99].map((share) => figure(steady.map(({ ages }) => age(ages, share)))),
        ...[0.5, 0.99].map((share) =>
          figure(steady.map(({ serverAges }) => age(serverAges, share)))
        ),
        figure(young.map(({ serverAges }) => age(serverAges, 0.5))),
        figure(server.map(({ cpu }) => cpu)),
        figure(children),
        figure(client.map(({ cpu }) => cpu)),
        ...[0, 1].map((i) => figure(young.map(({ movers }) => movers[i].memory))),
      ];
    }),
  };
}

function claimsOf(samples: Samples): Claim[] {
  const median = (name: string, of: (sample: Sample) => number | null | undefined) =>
    figure((samples.get(name) ?? []).map((sample) => of(sample) ?? null))?.median ?? null;
  const fps = (name: string) => median(name, ({ most }) => most.fps);
  const serverAge = (name: string, share: number) =>
    median(name, ({ steady }) => steady && age(steady.serverAges, share));
  const wholeAge = (name: string, share: number) =>
    median(name, (sample) => age(usual(sample)?.ages ?? [], share));
  const memory = (which: number) => median(CHECK, ({ young }) => young?.movers[which].memory);
  return [
    {
      what: "most frames a second at 1280x720 without decoding, from memory, times pickled frames",
      value: ratio(fps(MEMORY_PASS), fps(PICKLE)),
      atLeast: 30,
    },
    {
      what: "the same, times pickled JPEGs",
      value: ratio(fps(MEMORY_PASS), fps(JPEG)),
      atLeast: 3,
      band: [1, Infinity],
    },
    {
      what: "the same with `server.ts` and ffmpeg, times pickled JPEGs",
      value: ratio(fps(PASS), fps(JPEG)),
      atLeast: 3,
      band: [1, Infinity],
    },
    {
      what: "most frames a second at 1280x720 with the check, from memory, times pickled JPEGs",
      value: ratio(fps(MEMORY_CHECK), fps(JPEG)),
      atLeast: 1.5,
      band: [0.5, Infinity],
    },
    {
      what: "age that server and client add at 1280x720 without decoding, p50, ms",
      value: serverAge(PASS, 0.5),
      atMost: 1.5,
    },
    { what: "the same, p99, ms", value: serverAge(PASS, 0.99), atMost: 3 },
    {
      what: "age that server and client add with the check, p50, times the age of pickled JPEGs",
      value: ratio(serverAge(CHECK, 0.5), wholeAge(JPEG, 0.5)),
      atMost: 0.5,
      band: [0, 2],
    },
    {
      what: "the same, p99",
      value: ratio(serverAge(CHECK, 0.99), wholeAge(JPEG, 0.99)),
      atMost: 0.5,
    },
    {
      what: `frames a second at the viewer, of ${FPS}, with the check`,
      value: median(CHECK, ({ steady }) => steady?.fps),
      atLeast: FPS - 1,
      // Notices come once a second.
      band: [FPS / 2, FPS + 2],
    },
    { what: "memory of `server.ts` at 1280x720, MB", value: memory(0), atMost: 90 },
    { what: "memory of `client.ts` with the check, MB", value: memory(1), atMost: 160 },
  ];
}
