import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Image } from "imagescript";
import { Codec } from "../../lib/decode/codec.ts";
import { imageOf } from "../../lib/decode/image.ts";
import { FAILING_MS, type TransformStatus } from "../../lib/decode/stage.ts";
import { ASIDE_MS, transformFrames } from "../../lib/decode/transform.ts";
import { Hub } from "../../lib/flow/hub.ts";
import { readExif } from "../../lib/frame/exif.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { frameOf } from "../support/frames.ts";
import { photographs, testPictures } from "../support/pictures.ts";

const pictures = await testPictures(3, "64x48");
const codec = await Codec.load();

/** A transform in a folder of its own, outside the repository, and a subscription to its frames. */
class Bench implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly module = `${this.folder}/transform.ts`;
  readonly source = new Hub<Frame>();
  readonly stage;
  readonly frames;

  constructor(code: string, workers = 1) {
    this.save(code);
    this.stage = transformFrames(this.source, { module: this.module, workers });
    this.frames = this.stage.frames.subscribe();
  }

  /** Saves the module as an editor does: by renaming. */
  save(code: string): void {
    Deno.writeTextFileSync(`${this.module}~`, code);
    Deno.renameSync(`${this.module}~`, this.module);
  }

  /** What comes out for a frame. */
  async pass(frame: Frame): Promise<Frame> {
    await this.watched();
    this.source.publish(frame);
    return (await this.frames.next()).value!;
  }

  async watched(): Promise<void> {
    while (this.source.subscribers === 0) await new Promise((resolve) => setTimeout(resolve));
  }

  /** Why it fails. */
  get problem(): string | undefined {
    const status: TransformStatus | undefined = this.stage.transform.latest;
    return status?.state === "failing" ? status.reason : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const GREY = `import type { Transform } from "socketcam";
export default ((image, { capturedAt }) =>
  capturedAt > 0 ? image.saturation(0, true) : image) satisfies Transform;`;

/** The greatest distance of a picture's colours from grey. */
function colour({ bytes }: Frame): number {
  const { buffer } = codec.decode(bytes, "full");
  let most = 0;
  for (let i = 0; i < buffer.length; i += 3) {
    most = Math.max(most, Math.abs(buffer[i] - buffer[i + 1]), Math.abs(buffer[i] - buffer[i + 2]));
  }
  return most;
}

Deno.test("transformFrames() hands on what the transform makes, with the frame's number and time", async () => {
  await using bench = new Bench(GREY);
  const frame = frameOf(pictures[0], 77);
  assert(colour(frame) > 100);
  const grey = await bench.pass(frame);
  assert(colour(grey) < 3);
  const { capturedAt, sequence } = readExif(grey.bytes)!;
  assertEquals([grey.sequence, sequence], [77, 77]);
  assertEquals(grey.capturedAt, frame.capturedAt);
  assert(Math.abs(capturedAt - frame.capturedAt) < 0.001);
  assertEquals(bench.stage.transform.latest, { state: "working" });
  assertEquals(bench.stage.size, { width: 64, height: 48 });
});

Deno.test("transformFrames() takes another image, of another size, also from a promise", async () => {
  await using bench = new Bench(`import { Image } from "imagescript";
    export default async () => await Promise.resolve(new Image(30, 20).fill(0xff0000ff));`);
  const { width, height, buffer } = codec.decode(
    (await bench.pass(frameOf(pictures[0]))).bytes,
    "full",
  );
  assertEquals([width, height, buffer[0] > 250, buffer[1] < 5], [30, 20, true, true]);
  assertEquals(bench.stage.size, { width: 30, height: 20 });
});

const FAILURES: Record<string, [code: string, problem: RegExp]> = {
  "throws": [
    `type Unused = string;\nfunction fail(): never {\n  throw new Error("as asked\\nand more");\n}\nexport default () => fail();`,
    /^\/.*\/transform\.ts:3: as asked$/,
  ],
  "throws what is no error": [
    `\nexport default () => { throw "text"; };`,
    /transform\.ts:2: it threw "text"$/,
  ],
  "rejects": [
    `export default async (image) => {\n  await 1;\n  image.crop(5);\n};`,
    /transform\.ts:3: /,
  ],
  "returns something else": [
    `const a = 1;\nexport default () => a;`,
    /transform\.ts:2: it returned a number, not an Image or nothing$/,
  ],
  "exports no function": [
    `export default 3;`,
    /transform\.ts:1: its default export is no function$/,
  ],
  "does not parse": [
    `\nexport default () => {\n  let = ;\n}`,
    /transform\.ts:3: .*[Ee]xpe/,
  ],
  "imports what is not there": [
    `\nimport { a } from "./nowhere.ts";\nexport default () => a;`,
    /transform\.ts:2: Module not found/,
  ],
};

for (const [what, [code, problem]] of Object.entries(FAILURES)) {
  Deno.test(`transformFrames() hands on the frame as it came when the transform ${what}`, async () => {
    await using bench = new Bench(code);
    for (const picture of pictures) {
      const frame = frameOf(picture);
      assertEquals(await bench.pass(frame), frame);
      assertMatch(bench.problem!, problem);
    }
  });
}

Deno.test("transformFrames() takes a module's new code as soon as it is saved", async () => {
  await using bench = new Bench(`export default () => { throw new Error("not yet"); };`);
  const frame = frameOf(pictures[0]);
  await bench.pass(frame);
  assertMatch(bench.problem!, /not yet/);
  bench.save(GREY);
  while (bench.problem) await bench.pass(frame);
  assert(colour(await bench.pass(frame)) < 3);
  bench.save(`export default () => { throw new Error("once more"); };`);
  while (!bench.problem) await bench.pass(frame);
  assertMatch(bench.problem, /once more/);
});

Deno.test("transformFrames() tells once a second of a transform that fails now and then", async () => {
  await using bench = new Bench(`export default (_, { sequence }) => {
    if (sequence % 2) throw new Error("at " + sequence);
  };`);
  const told: TransformStatus[] = [];
  const following = (async () => {
    for await (const status of bench.stage.transform.follow()) told.push(status);
  })();
  const startedAt = performance.now();
  for (let i = 1; performance.now() < startedAt + 2.5 * FAILING_MS; i++) {
    await bench.pass(frameOf(pictures[0], i));
  }
  await bench.stage[Symbol.asyncDispose]();
  await following;
  assertEquals(told.map(({ state }) => state), ["failing", "failing", "failing"]);
});

Deno.test("transformFrames() ends a transform that takes over 5 s, and lets the frames go on", async () => {
  await using bench = new Bench(`let first = true;\nexport default () => { while (true); };`);
  const frame = frameOf(pictures[0]);
  const startedAt = performance.now();
  assertEquals(await bench.pass(frame), frame);
  const took = performance.now() - startedAt;
  assert(took > 4900 && took < 8000, `${took} ms`);
  assertMatch(bench.problem!, /transform\.ts:2: it took over 5 s$/);
  // It is left alone for a while, and what follows is only checked.
  for (let i = 0; i < 20; i++) assertEquals(await bench.pass(frame), frame);
  assert(performance.now() - startedAt < 8000 && ASIDE_MS > 8000);
  assertMatch(bench.problem!, /it took over 5 s$/);
  // Saving it ends that.
  bench.save(GREY);
  while (bench.problem) await bench.pass(frame);
});

Deno.test("transformFrames() tells of what fails after the transform has returned", async () => {
  await using bench = new Bench(`export default () => {\n  Promise.reject(new Error("late"));\n};`);
  const frame = frameOf(pictures[0]);
  while (!bench.problem) await bench.pass(frame);
  assertMatch(bench.problem, /transform\.ts:2: late$/);
});

Deno.test("transformFrames() refuses a damaged frame", async () => {
  await using bench = new Bench(GREY);
  await bench.watched();
  const frame = frameOf(pictures[0]);
  bench.source.publish({ ...frame, bytes: frame.bytes.slice(0, -20) });
  while (bench.stage.counts.corrupt === 0) await new Promise((resolve) => setTimeout(resolve));
  assert(colour(await bench.pass(frame)) < 3);
});

Deno.test("transformFrames() keeps frames in order when one takes longer than the next", async () => {
  const code = `export default async (_, { sequence }) => {
    await new Promise((resolve) => setTimeout(resolve, sequence % 2 ? 60 : 1));
  };`;
  await using bench = new Bench(code, 2);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { sequence } of bench.frames) seen.push(sequence);
  })();
  await bench.watched();
  let sequence = 0;
  while (seen.length < 20) {
    bench.source.publish(frameOf(pictures[0], ++sequence));
    await new Promise((resolve) => setTimeout(resolve));
  }
  await bench.frames.return();
  await reading;
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  // The newest wins: what came while both threads were busy is left out.
  assert(bench.stage.counts.skipped > 0);
});

Deno.test("transformFrames() says that there is no such module", () => {
  const source = new Hub<Frame>();
  for (const module of ["./nowhere.ts", "tests"]) {
    assertThrows(
      () => transformFrames(source, { module }),
      Error,
      `There is no transform ${module}; give the path of a TypeScript module`,
    );
  }
});

Deno.test("imageOf() makes what Image.decode makes, of colour and of grey, at any width", async () => {
  const odd = await Promise.all([["yuvj420p", 33], ["gray", 35], ["yuvj444p", 31]]
    .map(([pixels, width]) => testPictures(1, `${width}x7`, ["-pix_fmt", String(pixels)])));
  for (const bytes of [...await photographs(), ...odd.flat()]) {
    const image = imageOf(codec.decode(bytes, "full"));
    const expected = await Image.decode(bytes);
    assertEquals([image.width, image.height], [expected.width, expected.height]);
    assertEquals(image.bitmap, expected.bitmap);
  }
});

Deno.test("imageOf() makes what Image.decode makes of CMYK, but for rounding", () => {
  const cmyk = Uint8Array.from([0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 100, 50, 25, 10]);
  const { bitmap } = imageOf({ width: 2, height: 2, format: 2, buffer: cmyk });
  const expected = [255, 255, 255, 255, 0, 255, 255, 255, 0, 0, 0, 255, 149, 197, 221, 255];
  assertEquals([...bitmap], expected);
});

Deno.test("transformFrames() closes at once while a transform hangs or works", async () => {
  for (const code of [`export default () => { while (true); };`, GREY]) {
    const bench = new Bench(code, 2);
    await bench.watched();
    const [large] = await testPictures(1, "1920x1080");
    for (let i = 0; i < 4; i++) {
      bench.source.publish(frameOf(large, i));
      await new Promise((resolve) => setTimeout(resolve));
    }
    const startedAt = performance.now();
    await bench[Symbol.asyncDispose]();
    assert(performance.now() - startedAt < 1000);
  }
});
