/**
 * What checking and transforming cost, beside what decoding costs elsewhere.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { delay } from "@std/async/delay";
import { Image } from "imagescript";
import { checkFrames } from "../lib/decode/check.ts";
import { Codec } from "../lib/decode/codec.ts";
import { imageOf } from "../lib/decode/image.ts";
import { passFrames } from "../lib/decode/pass.ts";
import type { DecodeStage } from "../lib/decode/stage.ts";
import { transformFrames } from "../lib/decode/transform.ts";
import { now } from "../lib/flow/clock.ts";
import { Hub } from "../lib/flow/hub.ts";
import { release } from "../lib/flow/release.ts";
import { Percentiles } from "../lib/flow/meter.ts";
import type { Frame } from "../lib/frame/frame.ts";
import { frameOf } from "../tests/support/frames.ts";
import { FOOTAGE, jpegsOf } from "../tests/support/pictures.ts";
import { type Figure, figure } from "./support/figure.ts";
import { type Contender, inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { isInstalled } from "./support/peers.ts";

const FPS = 30;
const SECONDS = 2;
const GREY = new URL("../examples/transforms/grey.ts", import.meta.url).pathname;
/** How often each call is timed in a round. */
const CALLS = 8;

type Open = (source: Hub<Frame>) => DecodeStage;
const check: Open = (source) => checkFrames(source, { workers: 2 });
const pass: Open = (source) => passFrames(source);
const grey: Open = (source) => transformFrames(source, { module: GREY, workers: 2 });

/** As the thread of a transform does it. */
const IN_FULL = "codec in full and an `Image`, ms";

const NOTES = [
  `*Check* and *transform* are the stages of \`client.ts\`, with two threads: what they add to a ` +
  `frame's way and to the CPU at ${FPS} frames a second, over passing frames on; and how many ` +
  "frames a second go through a transform that takes the colours away. The rest is single calls. " +
  "*Busy* pictures have a camera's noise on them, *smooth* ones are scaled up from 768x576. " +
  "`tjbench` is libjpeg-turbo itself, the limit.",
];

/** Footage at a size: smooth as it is scaled up, busy with a camera's noise on it. */
async function pictures(size: string, noise: number): Promise<Uint8Array[]> {
  const filter = `scale=${size.replace("x", ":")},noise=alls=${noise}:allf=t`;
  return await jpegsOf(["-i", FOOTAGE], [
    ...["-vf", filter, "-frames:v", "20", "-q:v", "3.2", "-pix_fmt", "yuvj420p"],
  ]);
}

/** Sends pictures through a stage, `fps` a second; measures what comes out. */
async function drive(open: Open, jpegs: Uint8Array[], fps: number) {
  const source = new Hub<Frame>();
  await using stage = open(source);
  const frames = stage.frames.subscribe();
  const ways = new Percentiles();
  let count = 0;
  const reading = (async () => {
    for await (const { capturedAt } of frames) {
      ways.add(now() - capturedAt);
      count++;
    }
  })();
  let sequence = 0;
  const send = () => source.publish(frameOf(jpegs[sequence % jpegs.length], ++sequence));
  // All threads run, and their code is compiled.
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
  return { ms: ways.read(0.5)!, cores: (user + system) / 1e6 / seconds, rate };
}

/** A call, timed; the median of a few. */
function call(name: string, run: () => unknown): Contender<number> {
  const measure = async () => {
    const times: number[] = [];
    for (let i = 0; i < CALLS; i++) {
      const startedAt = performance.now();
      await run();
      times.push(performance.now() - startedAt);
    }
    return figure(times)!.median;
  };
  return { name, measure };
}

/** How long libjpeg-turbo takes for a picture, in milliseconds. */
function turbo(name: string, picture: string, ...how: string[]): Contender<number> {
  const measure = async () => {
    const args = [picture, "-benchtime", "0.3", "-warmup", "0.1", "-nowrite", ...how];
    const { stdout } = await new Deno.Command("tjbench", { args }).output();
    const text = new TextDecoder().decode(stdout);
    return 1000 / Number(/Decompress +--> Frame rate: +([\d.]+)/.exec(text)![1]);
  };
  return { name, measure };
}

/** Measures pictures of two sizes, smooth and busy. */
export async function measureDecode(run: Run): Promise<Measurement> {
  const hasTurbo = await isInstalled("tjbench");
  const columns: string[] = [];
  const found: ReadonlyMap<string, Figure | null>[] = [];
  for (const size of ["1280x720", "1920x1080"]) {
    for (const [kind, noise] of [["smooth", 0], ["busy", 12]] as const) {
      const jpegs = await pictures(size, noise);
      columns.push(`${size} ${kind}, ${jpegs[0].length >> 10} KiB`);
      found.push(await measureKind(run, `decode ${size} ${kind}`, jpegs, hasTurbo));
    }
  }
  const value = (name: string) => found[0].get(name)?.median ?? null;
  const [full, image] = [value(IN_FULL), value("`Image.decode`, ms")];
  return {
    title: "Decoding",
    notes: [...NOTES, ...hasTurbo ? [] : ["Left out, since it is not installed: tjbench."]],
    tables: [{
      title: "Decoding and encoding",
      columns: ["", ...columns],
      rows: [...found[0].keys()].map((name) => [name, ...found.map((of) => of.get(name) ?? null)]),
    }],
    pictures: [],
    claims: [{
      what: "`Image.decode` at 1280x720, times the codec that transforms get their pictures from",
      value: full === null || image === null ? null : image / full,
      atLeast: 2,
      band: [1, Infinity],
    }],
  };
}

async function measureKind(
  run: Run,
  what: string,
  jpegs: Uint8Array[],
  hasTurbo: boolean,
): Promise<Map<string, Figure | null>> {
  const stages = await inTurn(run, what, [
    { name: "check", measure: () => drive(check, jpegs, FPS) },
    { name: "pass", measure: () => drive(pass, jpegs, FPS) },
    { name: "grey", measure: () => drive(grey, jpegs, 150) },
  ]);
  const [checked, passed, greyed] = ["check", "pass", "grey"].map((name) => stages.get(name)!);
  const [bytes] = jpegs;
  const codec = await Codec.load();
  const image = imageOf(codec.decode(bytes, "full"));
  const folder = await Deno.makeTempDir();
  try {
    const picture = `${folder}/picture.jpg`;
    await Deno.writeFile(picture, bytes);
    const calls = await inTurn(run, what, [
      call("codec at 1/8, ms", () => codec.decode(bytes, "eighth")),
      call(IN_FULL, () => {
        const pixels = codec.decode(bytes, "full");
        const image = imageOf(pixels);
        release(pixels.buffer);
        return image;
      }),
      call("`Image.decode`, ms", () => Image.decode(bytes)),
      call("`image.encodeJPEG(80)`, ms", () => image.encodeJPEG(80)),
      ...hasTurbo
        ? [
          turbo("libjpeg-turbo at 1/8, ms", picture, "-scale", "1/8"),
          turbo("libjpeg-turbo in full, ms", picture),
        ]
        : [],
    ]);
    return new Map([
      ["check, ms on the way", figure(checked.map(({ ms }, i) => ms - passed[i].ms))],
      [
        "check, % of a core",
        figure(checked.map(({ cores }, i) => 100 * (cores - passed[i].cores))),
      ],
      ["transform, frames a second", figure(greyed.map(({ rate }) => rate))],
      ...[...calls].map(([name, times]) => [name, figure(times)] as const),
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
