/**
 * The cost of checking and transforming, beside that of decoding elsewhere.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { delay } from "@std/async/delay";
import { Image } from "imagescript";
import { checkFrames } from "../lib/decode/check_frames.ts";
import { Codec } from "../lib/decode/codec.ts";
import { imageOf } from "../lib/decode/image.ts";
import { passFrames } from "../lib/decode/pass_frames.ts";
import type { DecodeStage } from "../lib/decode/stage.ts";
import { transformFrames } from "../lib/decode/transform_frames.ts";
import type { Feed } from "../lib/flow/feed.ts";
import { Percentiles } from "../lib/flow/meters.js";
import { free } from "../lib/frame/frame_memory.ts";
import { now } from "../lib/time/clock.js";
import { FakeCamera, ownedFrameOf } from "../tests/support/frames.ts";
import { FOOTAGE, jpegsOf } from "../tests/support/pictures.ts";
import { type Cell, type Figure, figure } from "./support/figure.ts";
import { inTurn, type Measurement, type Run, type Table } from "./support/measurement.ts";
import { isInstalled } from "./support/peers.ts";
import { own } from "./support/versions.ts";

const FPS = 30;
const SECONDS = 2;
const GREY = new URL("../examples/transforms/grey.ts", import.meta.url).pathname;
/** How often each call is timed in a round. */
const CALLS = 8;

type Open = (source: Feed) => DecodeStage;
const check: Open = (source) => checkFrames(source, { workers: 2 });
const pass: Open = (source) => passFrames(source);
const grey: Open = (source) => transformFrames(source, { module: GREY, workers: 2 });

/** The rows that differ between checkouts; the others time imagescript and libjpeg-turbo. */
const OWN = /^(check|transform),/;
/** What a worker does for a transform. */
const IN_FULL = "codec in full and an `Image`, ms";
const IMAGE_DECODE = "`Image.decode`, ms";

const NOTES = [
  `*Check* and *transform* are the stages of \`client.ts\` with two workers: the latency and the CPU ` +
  `they add at ${FPS} frames a second, compared to passing frames on, and how many frames a second ` +
  "go through a transform that removes the colours. The other rows are single calls. *Busy* frames " +
  "have camera noise, *smooth* ones are scaled up from 768x576. `tjbench` is libjpeg-turbo itself, " +
  "the limit.",
];

/** The figures of one round, by column and row. */
type Round = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Measures frames of two sizes, smooth and busy. */
export async function measureDecode(run: Run): Promise<Measurement> {
  const hasTurbo = await isInstalled("tjbench");
  const inputs = run.against === undefined ? await makeInputs() : new Map();
  const contenders = own(run, (root, end) => ({
    name: `decode${end}`,
    end,
    measure: () => run.against ? measureCheckout(root) : measureRound(inputs, hasTurbo),
  }));
  const samples = await inTurn(run, "decode", contenders);
  const found = contenders.map(({ name, end }) => ({ rounds: samples.get(name)!, end }));
  const columns = [...found[0].rounds[0]?.keys() ?? []];
  const names = [...found[0].rounds[0]?.get(columns[0])?.keys() ?? []];
  const cell = (rounds: readonly Round[], column: string, name: string): Figure | null =>
    figure(rounds.map((round) => round.get(column)?.get(name) ?? null));
  const smooth = (name: string) => cell(found[0].rounds, columns[0], name)?.median ?? null;
  const [full, image] = [smooth(IN_FULL), smooth(IMAGE_DECODE)];
  return {
    title: "Decoding",
    notes: [...NOTES, ...hasTurbo ? [] : ["Left out, because it is not installed: tjbench."]],
    tables: [{
      title: "Decoding and encoding",
      columns: ["", ...columns],
      rows: names.flatMap((name) =>
        found.filter(({ end }) => !end || OWN.test(name)).map(({ rounds, end }): Cell[] => [
          name + end,
          ...columns.map((column) => cell(rounds, column, name)),
        ])
      ),
    }],
    pictures: [],
    claims: [{
      what: "`Image.decode` at 1280x720, times the codec that decodes for transforms",
      value: full === null || image === null ? null : image / full,
      atLeast: 2,
      band: [1, Infinity],
    }],
  };
}

/** One round of a checkout's own bench: both checkouts then start in a new process. */
async function measureCheckout(root: string): Promise<Round> {
  const folder = await Deno.makeTempDir();
  try {
    const bench = ["run", "-A", `${root}/bench/run.ts`, "--only", "decode", "--rounds", "1"];
    const args = [...bench, "--out", folder];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error(`${root}/bench: ${new TextDecoder().decode(stderr)}`);
    const results = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
    const [{ columns, rows }]: Table[] = results.measurements[0].tables;
    return new Map(
      columns.slice(1).map((column, i) => [
        column,
        new Map(rows.flatMap(([name, ...cells]): [string, number][] => {
          const found = cells[i] as Figure | null;
          return found ? [[name as string, found.median]] : [];
        })),
      ]),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** JPEGs by column. */
async function makeInputs(): Promise<Map<string, Uint8Array[]>> {
  const inputs = new Map<string, Uint8Array[]>();
  for (const size of ["1280x720", "1920x1080"]) {
    for (const [kind, noise] of [["smooth", 0], ["busy", 12]] as const) {
      const filter = `scale=${size.replace("x", ":")},noise=alls=${noise}:allf=t`;
      const jpegs = await jpegsOf(["-i", FOOTAGE], [
        ...["-vf", filter, "-frames:v", "20", "-q:v", "3.2", "-pix_fmt", "yuvj420p"],
      ]);
      inputs.set(`${size} ${kind}, ${jpegs[0].length >> 10} KiB`, jpegs);
    }
  }
  return inputs;
}

async function measureRound(
  inputs: ReadonlyMap<string, Uint8Array[]>,
  hasTurbo: boolean,
): Promise<Round> {
  const round = new Map<string, Map<string, number>>();
  for (const [column, jpegs] of inputs) {
    const calls = await measureCalls(jpegs[0], hasTurbo);
    round.set(column, new Map([...await measureStages(jpegs), ...calls]));
  }
  return round;
}

async function measureStages(jpegs: readonly Uint8Array[]): Promise<[string, number][]> {
  const checked = await drive(check, jpegs, FPS);
  const passed = await drive(pass, jpegs, FPS);
  const greyed = await drive(grey, jpegs, 150);
  return [
    ["check, ms on the way", checked.ms - passed.ms],
    ["check, % of a core", 100 * (checked.cores - passed.cores)],
    ["transform, frames a second", greyed.rate],
  ];
}

/** Sends frames through a stage, `fps` a second, and measures the output. */
async function drive(open: Open, jpegs: readonly Uint8Array[], fps: number) {
  const camera = new FakeCamera();
  await using stage = open(camera);
  const frames = stage.frames.subscribe();
  const ages = new Percentiles();
  let count = 0;
  const reading = (async () => {
    for await (const frame of frames) {
      ages.add(now() - frame.capturedAt);
      count++;
      frame.release();
    }
  })();
  let sequence = 0;
  const send = () =>
    camera.frames.publish(ownedFrameOf(jpegs[sequence % jpegs.length], ++sequence));
  // All workers must run, and V8 must have compiled their code.
  while (count < 30) {
    send();
    await delay(5);
  }
  const [before, cpuBefore, startedAt] = [count, cpuUsage(), performance.now()];
  for (let due = startedAt; due < startedAt + SECONDS * 1000; due += 1000 / fps) {
    await delay(Math.max(0, due - performance.now()));
    send();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = cpuUsage(cpuBefore);
  const rate = (count - before) / seconds;
  await frames.return();
  await reading;
  return { ms: ages.read(0.5)!, cores: (user + system) / 1e6 / seconds, rate };
}

/** Times the single calls for one JPEG. */
async function measureCalls(jpeg: Uint8Array, hasTurbo: boolean): Promise<[string, number][]> {
  const codec = await Codec.load();
  const image = imageOf(codec.decode(jpeg, "full"));
  const decodeInFull = () => {
    const pixels = codec.decode(jpeg, "full");
    imageOf(pixels);
    free(pixels.buffer);
  };
  return [
    ["codec at 1/8, ms", await timeOf(() => codec.decode(jpeg, "eighth"))],
    [IN_FULL, await timeOf(decodeInFull)],
    [IMAGE_DECODE, await timeOf(() => Image.decode(jpeg))],
    ["`image.encodeJPEG(80)`, ms", await timeOf(() => image.encodeJPEG(80))],
    ...hasTurbo ? await measureTurbo(jpeg) : [],
  ];
}

/** The median time of a few calls, in milliseconds. */
async function timeOf(call: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return figure(times)!.median;
}

/** The time of libjpeg-turbo for a JPEG. */
async function measureTurbo(jpeg: Uint8Array): Promise<[string, number][]> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/frame.jpg`;
    await Deno.writeFile(path, jpeg);
    const run = async (...how: string[]) => {
      const args = [path, "-benchtime", "0.3", "-warmup", "0.1", "-nowrite", ...how];
      const { stdout } = await new Deno.Command("tjbench", { args }).output();
      const text = new TextDecoder().decode(stdout);
      return 1000 / Number(/Decompress +--> Frame rate: +([\d.]+)/.exec(text)![1]);
    };
    return [
      ["libjpeg-turbo at 1/8, ms", await run("-scale", "1/8")],
      ["libjpeg-turbo in full, ms", await run()],
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
