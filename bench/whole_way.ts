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
import {
  ffmpegListen,
  gstreamer,
  LOOPBACK,
  socketcam,
  socketcamFromMemory,
  type StartWay,
  tutorial,
} from "./support/way.ts";

/** At what rate ages are measured. */
const FPS = 30;
const GREY = "examples/transforms/grey.ts";

/** One way, and what is measured of it. */
interface Row {
  readonly name: string;
  readonly start: StartWay;
  /** What it needs that may not be installed. */
  readonly peer?: Peer;
  /** Whether it gets faster in its first seconds. */
  readonly warmsUp?: boolean;
  /** Whether it has frames as fast as they go and no other way. */
  readonly onlyRate?: boolean;
}

const PASS = "socketcam, `--no-decode`";
const CHECK = "socketcam";
const TRANSFORM = "socketcam, `--transform grey.ts`";
const MEMORY_PASS = "socketcam as a library, `--no-decode`";
const MEMORY_CHECK = "socketcam as a library";
const PICKLE = "Python, pickled frames";
const MENDED = "Python, pickled frames, mended";
const JPEG = "Python, pickled JPEGs";
const GSTREAMER = "GStreamer, twice";
const FFMPEG = "ffmpeg `-listen 1`, twice";

const ROWS: readonly Row[] = [
  { name: PASS, start: socketcam("--no-decode"), warmsUp: true },
  { name: CHECK, start: socketcam(), warmsUp: true },
  { name: TRANSFORM, start: socketcam("--transform", GREY), warmsUp: true },
  { name: MEMORY_PASS, start: socketcamFromMemory("--no-decode"), onlyRate: true },
  { name: MEMORY_CHECK, start: socketcamFromMemory(), onlyRate: true },
  { name: PICKLE, start: tutorial(), peer: "OpenCV" },
  { name: MENDED, start: tutorial("mended"), peer: "OpenCV" },
  { name: JPEG, start: tutorial("jpeg"), peer: "OpenCV" },
  { name: GSTREAMER, start: gstreamer, peer: "GStreamer" },
  { name: FFMPEG, start: ffmpegListen },
];
/** Those that are measured at all sizes; of the others, the usual size shows what they do. */
const ALL_SIZES: readonly string[] = [PASS, CHECK, PICKLE, JPEG, GSTREAMER];
/** Those of a quick run. */
const QUICK = [PASS, CHECK, MEMORY_PASS, MEMORY_CHECK, JPEG];

const NOTES = [
  "A camera on the network (`bench/support/camera.py`) has 20 pictures of people who walk, and " +
  "sends them over HTTP. `server.ts` reads it with ffmpeg, which copies; `client.ts` shows it; a " +
  "viewer reads `/stream`. Both are started as a user starts them. GStreamer and ffmpeg read the " +
  "same camera, and stand twice, one behind the other, so that they have as many hops.",
  "*Python* is what tutorials for OpenCV have: a server that pickles frames, and a client that " +
  "receives them by appending 4 KB to `bytes`, which is quadratic; *mended*, it receives into a " +
  "buffer of the right length. With *JPEGs*, frames go through `cv2.imencode` (quality 80) and " +
  "`cv2.imdecode`. Their frames are in memory as pixels, no camera is read, and the client is the " +
  "viewer. *As a library* is the like of that: the server's socket (`listen`) with JPEGs in " +
  "memory, and `client.ts`.",
  `*Most a second* is what reaches the viewer when the camera sends as fast as it is taken, all ` +
  `programs sharing this machine's cores. Age is at ${FPS} frames a second, from when a picture ` +
  "leaves the camera (in Python: before it is encoded) to when the viewer has all of it (decoded). " +
  "*Of it server and client* leaves out the camera and ffmpeg: it counts from the server's Exif " +
  "time. In TypeScript it is measured when the programs have run at their highest rate; *at first* " +
  "is in the seconds after their start, while V8 has not compiled what runs often. Memory is of " +
  "these seconds too; it grows by up to 30 MB of V8's when all goes as fast as it can. CPU is in " +
  "milliseconds a frame at that rate; that of ffmpeg as a child of `server.ts` stands apart.",
];

interface Sample {
  /** At the usual rate, in its first seconds. */
  readonly young?: Load;
  readonly most: Load;
  /** The same when what runs often has been compiled, where it is compiled as it runs. */
  readonly steady?: Load;
}

/** Measures pictures of each size. */
export async function measureWholeWay(
  run: Run,
  footage: Footage,
  sizes: readonly Size[],
): Promise<Measurement> {
  const { rows, notes } = await leaveOut(ROWS, run);
  const chosen = rows.filter(({ name }) => !run.quick || QUICK.includes(name));
  const tables: Table[] = [];
  const claims: Claim[] = [];
  const curves = chosen.map(({ name }) => ({ name, points: [] as [number, number | null][] }));
  for (const size of sizes) {
    const folder = await footage.folder(size);
    const kib = await footage.kib(size);
    const samples = await inTurn(
      run,
      size,
      chosen.filter(({ name }) => size === "1280x720" || ALL_SIZES.includes(name)).map((
        { name, start, onlyRate, warmsUp },
      ) => ({
        name,
        measure: async () => {
          await using way = await start(folder, LOOPBACK);
          if (onlyRate) return { most: await measureLoad(way, "max", 1) };
          return {
            young: await measureLoad(way, FPS, 2),
            most: await measureLoad(way, "max", 1),
            // Of who drops no frames, what has queued up meanwhile would still be on its way.
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
        title: "Most frames a second, by the size of a picture",
        x: { name: "KiB a picture", log: true },
        y: { name: "frames a second", log: true },
        lines: curves,
      },
    }],
    claims,
  };
}

/** The usual rate, as it is for hours. */
function usual({ young, steady }: Sample): Load | undefined {
  return steady ?? young;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

function table(size: Size, kib: number, samples: Samples): Table {
  return {
    title: `${size}, ${kib.toFixed(0)} KiB a picture`,
    columns: [
      ...["", "most a second", "age p50, ms", "p95", "p99", "of it server and client p50", "p99"],
      "p50 at first",
      ...["CPU server (+ ffmpeg), ms", "CPU client, ms", "memory server, MB", "client"],
    ],
    rows: [...samples].map(([name, some]) => {
      const steady = some.map(usual).filter((load) => load !== undefined);
      const young = some.map((sample) => sample.young).filter((load) => load !== undefined);
      const [server, client] = [0, 1].map((i) => steady.map(({ movers }) => movers[i]));
      const children = figure(server.map(({ children }) => children));
      return [
        name,
        figure(some.map(({ most }) => most.fps)),
        ...[0.5, 0.95, 0.99].map((share) => figure(steady.map(({ ages }) => age(ages, share)))),
        ...[0.5, 0.99].map((share) =>
          figure(steady.map(({ serverAges }) => age(serverAges, share)))
        ),
        figure(young.map(({ serverAges }) => age(serverAges, 0.5))),
        plus(figure(server.map(({ cpu }) => cpu))?.median, children?.median),
        figure(client.map(({ cpu }) => cpu)),
        ...[0, 1].map((i) => figure(young.map(({ movers }) => movers[i].memory))),
      ];
    }),
  };
}

function plus(own: number | undefined, children: number | undefined): string | null {
  if (own === undefined) return null;
  return children ? `${own.toFixed(2)} + ${children.toFixed(2)}` : own.toFixed(2);
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
      what: "age that server and client add with the check, p50, as a part of pickled JPEGs' age",
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
      // What is shown when there is nothing else comes once a second.
      band: [FPS / 2, FPS + 2],
    },
    { what: "memory of `server.ts` at 1280x720, MB", value: memory(0), atMost: 90 },
    { what: "memory of `client.ts` with the check, MB", value: memory(1), atMost: 160 },
  ];
}
