import { createRequire } from "node:module";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Image } from "imagescript";
import { Codec } from "../../lib/decode/codec.ts";
import { imageOf } from "../../lib/decode/image.ts";
import type { TransformStatus } from "../../lib/decode/stage.ts";
import { TRANSFORM_MS, transformFrames } from "../../lib/decode/transform_frames.ts";
import { FAILING_MS } from "../../lib/decode/transform_health.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { Frame } from "../../lib/frame/frame.ts";
import { ENVELOPE_HEAD_BYTES, FrameMemory } from "../../lib/frame/frame_memory.ts";
import { type Orientation, orientationOf } from "../../lib/frame/orientation.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf, ownedFrameOf } from "../support/frames.ts";
import { photographs, pictureWithRestarts, testPictures } from "../support/pictures.ts";
import { DAMAGED, exifWith, inserted } from "../support/quirks.ts";
import { StillTime } from "../support/still_time.ts";

const FONT = "@expo-google-fonts/didact-gothic/400Regular/DidactGothic_400Regular.ttf";
const pictures = await testPictures(3, "64x48");
const codec = await Codec.load();

/** A transform outside the repository, between a camera and a subscriber. */
class Bench implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly module = `${this.folder}/transform.ts`;
  readonly camera = new FakeCamera();
  readonly source = this.camera.frames;
  readonly stage;
  readonly frames;

  constructor(code: string, workers = 1) {
    this.save(code);
    this.stage = transformFrames(this.camera, { module: this.module, workers });
    this.frames = this.stage.frames.subscribe();
  }

  /** Saves the module as an editor does: by renaming. */
  save(code: string): void {
    Deno.writeTextFileSync(`${this.module}~`, code);
    Deno.renameSync(`${this.module}~`, this.module);
  }

  /** Publishes a frame, which stays the caller's, and waits for the result. */
  async pass(frame: Frame): Promise<Frame> {
    await this.camera.watched;
    frame.retain();
    this.source.publish(frame);
    return (await this.frames.next()).value!;
  }

  /** Passes it again and again, until something is as it should be. */
  async passUntil(isDone: () => boolean, frame: Frame): Promise<void> {
    await eventually(async () => {
      await this.pass(frame);
      return isDone();
    }, () => `its problem: ${this.problem}`);
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

/** The largest distance of a frame's colours from grey. */
function colour({ bytes }: Frame): number {
  const { buffer } = codec.decode(bytes, "full");
  let most = 0;
  for (let i = 0; i < buffer.length; i += 3) {
    most = Math.max(most, Math.abs(buffer[i] - buffer[i + 1]), Math.abs(buffer[i] - buffer[i + 2]));
  }
  return most;
}

Deno.test("transformFrames() publishes the result of the transform, with the frame's number and time", async () => {
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

Deno.test("transformFrames() accepts another image of another size, also from a promise", async () => {
  await using bench = new Bench(`import { deadline } from "@std/async/deadline";
import { Image } from "imagescript";
    export default async () => await Promise.resolve(new Image(30, 20).fill(0xff0000ff));`);
  const { width, height, buffer } = codec.decode(
    (await bench.pass(frameOf(pictures[0]))).bytes,
    "full",
  );
  assertEquals([width, height, buffer[0] > 250, buffer[1] < 5], [30, 20, true, true]);
  assertEquals(bench.stage.size, { width: 30, height: 20 });
});

Deno.test("transformFrames() frees the frame it got, and gives the result memory with headroom", async () => {
  await using bench = new Bench(GREY);
  const frame = ownedFrameOf(pictures[0]);
  const grey = await bench.pass(frame);
  frame.release();
  // The camera's hub is the last holder.
  assert(frame.bytes.length > 0);
  bench.source.publish(ownedFrameOf(pictures[1]));
  assertThrows(() => frame.bytes, TypeError);
  const { buffer } = grey.bytes;
  const envelope = { head: () => new Uint8Array(ENVELOPE_HEAD_BYTES), tail: Uint8Array.of(1) };
  const [piece, ...more] = grey.seal(envelope);
  assertEquals([more, piece.length], [[], ENVELOPE_HEAD_BYTES + grey.bytes.length + 1]);
  assert(piece.buffer === buffer);
});

Deno.test("transformFrames() lets the module draw text", async () => {
  const font = createRequire(import.meta.url).resolve(FONT);
  await using bench = new Bench(`import { deadline } from "@std/async/deadline";
import { Image } from "imagescript";
    const font = await Deno.readFile(${JSON.stringify(font)});
    export default async (image) => {
      image.fill(0x000000ff);
      image.composite(await Image.renderText(font, 24, "Hi", 0xffffffff), 8, 8);
    };`);
  for (const picture of pictures) {
    const { buffer } = codec.decode((await bench.pass(frameOf(picture))).bytes, "full");
    assertEquals(bench.problem, undefined);
    const white = buffer.filter((value) => value > 200).length / buffer.length;
    assert(white > 0.01 && white < 0.2, `${white}`);
  }
});

const FAILURES: Record<string, [code: string, problem: RegExp]> = {
  "throws": [
    `type Unused = string;\nfunction fail(): never {\n  throw new Error("as asked\\nand more");\n}\nexport default () => fail();`,
    /^\/.*\/transform\.ts:3: as asked$/,
  ],
  "throws something that is not an error": [
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
    /transform\.ts:1: its default export is not a function$/,
  ],
  "returns an image that is too wide for a JPEG": [
    `import { Image } from "imagescript";\nexport default () => new Image(65536, 1);`,
    /transform\.ts:2: an image of 65536x1 pixels cannot be a JPEG, whose sides have 1 to 65535$/,
  ],
  "returns an image whose bitmap is too short": [
    `export default (image) => {\n  image.bitmap = image.bitmap.slice(4);\n};`,
    /transform\.ts:1: the bitmap of 64x48 pixels has 12284 bytes, not 12288$/,
  ],
  "returns an image whose bitmap was given away": [
    `export default (image) => {\n  image.bitmap.buffer.transfer();\n};`,
    /transform\.ts:1: the bitmap of 64x48 pixels has 0 bytes, not 12288$/,
  ],
  "does not parse": [
    `\nexport default () => {\n  let = ;\n}`,
    /transform\.ts:3: .*[Ee]xpe/,
  ],
  "imports a module that does not exist": [
    `\nimport { a } from "./nowhere.ts";\nexport default () => a;`,
    /transform\.ts:2: Module not found/,
  ],
};

for (const [what, [code, problem]] of Object.entries(FAILURES)) {
  Deno.test(`transformFrames() publishes the frame unchanged when the transform ${what}`, async () => {
    await using bench = new Bench(code);
    for (const picture of pictures) {
      const frame = frameOf(picture);
      assert(await bench.pass(frame) === frame);
      assertMatch(bench.problem!, problem);
    }
  });
}

Deno.test("transformFrames() runs a module's new code as soon as it is saved", async () => {
  await using bench = new Bench(`export default () => { throw new Error("not yet"); };`);
  const frame = frameOf(pictures[0]);
  await bench.pass(frame);
  assertMatch(bench.problem!, /not yet/);
  bench.save(GREY);
  await bench.passUntil(() => !bench.problem, frame);
  assert(colour(await bench.pass(frame)) < 3);
  bench.save(`export default () => { throw new Error("once more"); };`);
  await bench.passUntil(() => bench.problem !== undefined, frame);
  assertMatch(bench.problem!, /once more/);
});

Deno.test("transformFrames() reports a transform that fails now and then once a second", async () => {
  await using bench = new Bench(`export default (_, { sequence }) => {
    if (sequence % 2) throw new Error("at " + sequence);
  };`);
  const told: TransformStatus[] = [];
  const following = (async () => {
    for await (const status of bench.stage.transform.follow()) told.push(status);
  })();
  {
    using time = new StillTime();
    for (let sequence = 1; sequence <= 12; sequence++) {
      if (sequence === 5 || sequence === 9) time.pass(FAILING_MS);
      await bench.pass(frameOf(pictures[0], sequence));
    }
  }
  await bench.stage[Symbol.asyncDispose]();
  await following;
  const at = told.map((status) => status.state === "failing" && /at \d+$/.exec(status.reason)?.[0]);
  assertEquals(at, ["at 1", "at 5", "at 9"]);
});

Deno.test("transformFrames() ends a transform that takes over 5 s, and goes on with unchanged frames", async () => {
  await using bench = new Bench(`let first = true;\nexport default () => { while (true); };`);
  const frame = frameOf(pictures[0]);
  const startedAt = performance.now();
  assert(await bench.pass(frame) === frame);
  const took = performance.now() - startedAt;
  assert(took > TRANSFORM_MS - 100, `${took} ms`);
  assertMatch(bench.problem!, /transform\.ts:2: it took over 5 s$/);
  // It is set aside for a while, and the next frames are only checked.
  for (let i = 0; i < 20; i++) assert(await bench.pass(frame) === frame);
  // Twenty attempts would have taken that long.
  assert(performance.now() - startedAt < 20 * TRANSFORM_MS);
  assertMatch(bench.problem!, /it took over 5 s$/);
  // Saving it ends that.
  bench.save(GREY);
  await bench.passUntil(() => !bench.problem, frame);
});

Deno.test("transformFrames() stops a transform that awaits in an endless loop", async () => {
  await using bench = new Bench(`\nexport default async () => { while (true) await null; };`);
  const frame = frameOf(pictures[0]);
  assert(await bench.pass(frame) === frame);
  assertMatch(bench.problem!, /transform\.ts:2: it took over 5 s$/);
});

Deno.test("transformFrames() reports an error after the transform has returned", async () => {
  await using bench = new Bench(`export default () => {\n  Promise.reject(new Error("late"));\n};`);
  const frame = frameOf(pictures[0]);
  await bench.passUntil(() => bench.problem !== undefined, frame);
  assertMatch(bench.problem!, /transform\.ts:2: late$/);
});

Deno.test("transformFrames() refuses a damaged frame", async () => {
  await using bench = new Bench(GREY);
  await bench.camera.watched;
  const frame = frameOf(pictures[0]);
  bench.source.publish(new Frame(FrameMemory.copyOf(frame.bytes.slice(0, 400)), frame));
  await eventually(() => bench.stage.counts.corrupt === 1, () => "it was not refused");
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
  await bench.camera.watched;
  let sequence = 0;
  const isDone = () => {
    bench.source.publish(frameOf(pictures[0], ++sequence));
    return seen.length >= 20;
  };
  await eventually(isDone, () => `${seen.length} frames came`);
  await bench.frames.return();
  await reading;
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  // The newest frame wins: those that came while both workers were busy are skipped.
  assert(bench.stage.counts.skipped > 0);
});

Deno.test("transformFrames() throws when there is no such module", () => {
  const camera = new FakeCamera();
  for (const module of ["./nowhere.ts", "tests"]) {
    assertThrows(
      () => transformFrames(camera, { module }),
      Deno.errors.NotFound,
      `There is no transform ${Deno.cwd()}/${module.replace("./", "")}; give the path of a`,
    );
  }
});

Deno.test("imageOf() gives the same as Image.decode, in colour and grey, at any width", async () => {
  const odd = await Promise.all([["yuvj420p", 33], ["gray", 35], ["yuvj444p", 31]]
    .map(([pixels, width]) => testPictures(1, `${width}x7`, ["-pix_fmt", String(pixels)])));
  for (const bytes of [...await photographs(), ...odd.flat()]) {
    const image = imageOf(codec.decode(bytes, "full"));
    const expected = await Image.decode(bytes);
    assertEquals([image.width, image.height], [expected.width, expected.height]);
    assertEquals(image.bitmap, expected.bitmap);
  }
});

Deno.test("imageOf() gives the same as Image.decode for CMYK, apart from rounding", () => {
  const cmyk = Uint8Array.from([0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 100, 50, 25, 10]);
  const { bitmap } = imageOf({ width: 2, height: 2, format: 2, buffer: cmyk });
  const expected = [255, 255, 255, 255, 0, 255, 255, 255, 0, 0, 0, 255, 149, 197, 221, 255];
  assertEquals([...bitmap], expected);
});

Deno.test("transformFrames() closes at once while a transform hangs or works", async () => {
  for (const code of [`export default () => { while (true); };`, GREY]) {
    const bench = new Bench(code, 2);
    await bench.camera.watched;
    const [large] = await testPictures(1, "1920x1080");
    for (let i = 0; i < 4; i++) {
      bench.source.publish(frameOf(large, i));
      await new Promise((resolve) => setTimeout(resolve));
    }
    // A hanging transform would delay it forever.
    await deadline(bench[Symbol.asyncDispose](), 30_000);
  }
});

Deno.test("transformFrames() goes on when the module posts messages of its own", async () => {
  await using bench = new Bench(`import { parentPort } from "node:worker_threads";
    export default (image) => {
      parentPort?.postMessage("x");
      globalThis.postMessage?.("x");
      image.saturation(0, true);
    };`);
  for (const picture of pictures) assert(colour(await bench.pass(frameOf(picture))) < 3);
  assertEquals(bench.problem, undefined);
});

Deno.test("transformFrames() goes on when the module gives all objects new properties", async () => {
  await using bench = new Bench(
    `for (const name of ["refusal", "bytes", "problem", "isLate", "isFull"]) {
      Object.defineProperty(Object.prototype, name, { value: 5, writable: true });
    }
    export default (image) => image.saturation(0, true);`,
  );
  for (const picture of pictures) assert(colour(await bench.pass(frameOf(picture))) < 3);
  assertEquals(bench.problem, undefined);
});

Deno.test("transformFrames() publishes unchanged frames when the module ends its worker or fills its heap", async () => {
  const ends = {
    "it ended its worker: the decoder died: it left": `export default () => Deno.exit(1);`,
    "filled its memory of 512 MB": `const all = [];
      export default () => { while (true) all.push(new Array(100_000).fill(Math.random())); };`,
  };
  for (const [problem, code] of Object.entries(ends)) {
    await using bench = new Bench(code);
    for (const picture of pictures) {
      const frame = frameOf(picture);
      assert(await bench.pass(frame) === frame);
      assert(bench.problem?.includes(problem), bench.problem);
    }
  }
});

Deno.test("transformFrames() ends the worker of a module that keeps more and more images", async () => {
  // Untouched memory takes none of the machine's.
  await using bench = new Bench(`const all = [];
    export default () => void all.push(new Uint8Array(128 * 2 ** 20));`);
  const frame = frameOf(pictures[0]);
  await bench.passUntil(() => bench.problem !== undefined, frame);
  assertMatch(bench.problem!, /transform\.ts:2: it keeps over 1024 MB of images and buffers$/);
  // It is set aside for a while, and the next frames are only checked.
  for (let i = 0; i < 20; i++) assert(await bench.pass(frame) === frame);
  // A new worker keeps nothing of the old one.
  bench.save(GREY);
  await bench.passUntil(() => !bench.problem, frame);
  assert(colour(await bench.pass(frame)) < 3);
});

Deno.test("transformFrames() gives the module damaged frames as browsers show them", async () => {
  await using bench = new Bench(GREY);
  const frame = frameOf(DAMAGED["one wrong restart marker"](await pictureWithRestarts()));
  assert(colour(await bench.pass(frame)) < 3);
  assertEquals([bench.stage.counts.warned, bench.problem], [1, undefined]);
});

Deno.test("transformFrames() gives the module an upright image for every orientation", async () => {
  await using bench = new Bench(`export default (image) => {
    if (image.width !== 48 || image.height !== 64) throw new Error("lying");
  };`);
  const frame = frameOf(inserted(pictures[0], 2, exifWith(6, { little: true })));
  const { bytes } = await bench.pass(frame);
  assertEquals(bench.problem, undefined);
  assertEquals([bench.stage.size, orientationOf(bytes)], [{ width: 48, height: 64 }, 1]);
});

Deno.test("imageOf() turns pixels upright for each orientation of Exif", () => {
  // Two rows of three pixels, as TIFF 6.0 numbers where the first row and column belong.
  const expected: Record<number, string> = {
    1: "abc def",
    2: "cba fed",
    3: "fed cba",
    4: "def abc",
    5: "ad be cf",
    6: "da eb fc",
    7: "fc eb da",
    8: "cf be ad",
  };
  const buffer = new TextEncoder().encode("abcdef");
  for (const [orientation, rows] of Object.entries(expected)) {
    const image = imageOf({
      ...{ width: 3, height: 2, format: 0, buffer },
      orientation: Number(orientation) as Orientation,
    });
    const seen = Array.from(
      { length: image.height },
      (_, y) =>
        Array.from(
          { length: image.width },
          (_, x) => String.fromCharCode(image.bitmap[4 * (y * image.width + x)]),
        ).join(""),
    );
    assertEquals(seen.join(" "), rows, `orientation ${orientation}`);
  }
});

Deno.test("transformFrames() says that a module does not compile while nobody watches", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const module = `${folder}/transform.ts`;
    await Deno.writeTextFile(module, "export default (image => image");
    await using stage = transformFrames(new FakeCamera(), { module });
    for await (const status of stage.transform.follow()) {
      assert(status.state === "failing");
      assertMatch(status.reason, /transform\.ts/);
      break;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
