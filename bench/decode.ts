/**
 * What decoding costs, on this machine, now: `deno task bench:decode`. Needs what the tests need.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { delay } from "@std/async/delay";
import { Image } from "imagescript";
import { print } from "../lib/cli/log.ts";
import { checkFrames } from "../lib/decode/check.ts";
import { Codec } from "../lib/decode/codec.ts";
import { imageOf } from "../lib/decode/image.ts";
import { passFrames } from "../lib/decode/pass.ts";
import type { DecodeStage } from "../lib/decode/stage.ts";
import { transformFrames } from "../lib/decode/transform.ts";
import { now } from "../lib/flow/clock.ts";
import { Hub } from "../lib/flow/hub.ts";
import { Percentiles } from "../lib/flow/meter.ts";
import type { Frame } from "../lib/frame/frame.ts";
import { frameOf } from "../tests/support/frames.ts";
import { FOOTAGE, jpegsOf } from "../tests/support/pictures.ts";

const FPS = 30;
const ROUNDS = 3;
const SECONDS = 3;
const GREY = new URL("../examples/transforms/grey.ts", import.meta.url).pathname;

type Open = (source: Hub<Frame>) => DecodeStage;
const check: Open = (source) => checkFrames(source, { workers: 2 });
const pass: Open = (source) => passFrames(source);
const grey: Open = (source) => transformFrames(source, { module: GREY, workers: 2 });

/** Footage at a size: smooth as it is scaled up, busy with a camera's noise on it. */
async function pictures(size: string, noise: number): Promise<Uint8Array[]> {
  const filter = `scale=${size.replace("x", ":")},noise=alls=${noise}:allf=t`;
  return await jpegsOf(["-i", FOOTAGE], [
    ...["-vf", filter, "-frames:v", "20", "-q:v", "3.2", "-pix_fmt", "yuvj420p"],
  ]);
}

/** Sends pictures through a stage, `fps` a second or as fast as they go; measures what comes out. */
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

const mid = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Runs the stages in turn; the medians of each. */
async function compare(opens: Open[], jpegs: Uint8Array[], fps: number) {
  const runs: Awaited<ReturnType<typeof drive>>[][] = opens.map(() => []);
  for (let i = 0; i < ROUNDS; i++) {
    for (const [which, open] of opens.entries()) runs[which].push(await drive(open, jpegs, fps));
  }
  return runs.map((of) => ({
    ms: mid(of.map(({ ms }) => ms)),
    cores: mid(of.map(({ cores }) => cores)),
    rate: mid(of.map(({ rate }) => rate)),
  }));
}

/** Milliseconds of each call, at the median, in turn with the others. */
async function time(...calls: (() => unknown)[]): Promise<number[]> {
  const values: number[][] = calls.map(() => []);
  for (let i = 0; i < 25; i++) {
    for (const [which, call] of calls.entries()) {
      const startedAt = performance.now();
      await call();
      values[which].push(performance.now() - startedAt);
    }
  }
  return values.map(mid);
}

for (const noise of [0, 12]) {
  const kind = noise ? "busy" : "smooth";
  for (const size of ["1280x720", "1920x1080"]) {
    const jpegs = await pictures(size, noise);
    const [checked, passed] = await compare([check, pass], jpegs, FPS);
    print(
      `check ${size} at ${FPS}, ${kind} (${jpegs[0].length >> 10} KiB): ` +
        `${(checked.cores - passed.cores).toFixed(3)} of a core, ` +
        `${(checked.ms - passed.ms).toFixed(1)} ms on a frame's way`,
    );
  }
  for (const size of ["640x480", "1280x720"]) {
    const jpegs = await pictures(size, noise);
    const [{ rate }] = await compare([grey], jpegs, 150);
    print(`transform (grey) ${size}, ${kind}: ${rate.toFixed(1)} frames a second with 2 threads`);
  }
  const [bytes] = await pictures("1280x720", noise);
  const codec = await Codec.load();
  const image = imageOf(codec.decode(bytes, "full"));
  const [ours, theirs, encoding] = await time(
    () => imageOf(codec.decode(bytes, "full")),
    () => Image.decode(bytes),
    () => image.encodeJPEG(80),
  );
  print(
    `decode in full 1280x720, ${kind}: ${ours.toFixed(1)} ms, Image.decode ${
      theirs.toFixed(1)
    } ms, ` +
      `${(theirs / ours).toFixed(1)} times as fast; encode ${encoding.toFixed(1)} ms`,
  );
  const [copy] = await time(() => structuredClone(bytes));
  print(`copy of ${bytes.length >> 10} KiB for a thread: ${(copy * 1000).toFixed(0)} µs`);
}
