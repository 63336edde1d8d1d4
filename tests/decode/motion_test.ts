import { assert, assertEquals } from "@std/assert";
import { Codec } from "../../lib/decode/codec.ts";
import { checkFrames } from "../../lib/decode/check_frames.ts";
import { brightness, motion, type Scene } from "../../lib/decode/motion.ts";
import { type Thumbnail, thumbnailOfEighth, thumbnailOfFull } from "../../lib/decode/thumbnail.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { FOOTAGE, jpegsOf, photographs, STILL } from "../support/pictures.ts";

const codec = await Codec.load();

/** The thumbnails of a video after a filter. */
async function thumbnails(input: string[], filter: string, count: number): Promise<Thumbnail[]> {
  const pictures = await jpegsOf(input, [
    ...["-vf", filter, "-frames:v", String(count), "-pix_fmt", "yuvj420p", "-q:v", "3"],
  ]);
  return pictures.map((bytes) => thumbnailOfEighth(codec.decode(bytes, "eighth")));
}

/** The motion of all but the first, in ascending order. */
function scores(seen: Thumbnail[]): number[] {
  return seen.slice(1).map((now, i) => motion(seen[i], now)).sort((a, b) => a - b);
}

/** A photograph, darkened to `gain` of its light. */
const lit = (gain: number) => {
  const filter = `colorchannelmixer=rr=${gain}:gg=${gain}:bb=${gain}`;
  return thumbnails(["-i", STILL], filter, 1);
};

Deno.test("motion() detects people who walk", async () => {
  const sorted = scores(await thumbnails(["-i", FOOTAGE], "null", 200));
  // They are small: the most crowded frames change by some 3 %.
  assert(sorted[0] > 0.005, `at least ${sorted[0]}`);
  assert(sorted[100] > 0.01 && sorted[100] < 0.05, `${sorted[100]} at the median`);
});

Deno.test("motion() stays near 0 when there is only noise", async () => {
  for (const [strength, most] of [[10, 0], [20, 0.001], [40, 0.005]]) {
    const noisy = `noise=alls=${strength}:allf=t`;
    const worst = scores(await thumbnails(["-loop", "1", "-i", STILL], noisy, 20)).at(-1)!;
    assert(worst <= most, `${worst} for noise of ${strength}`);
  }
});

Deno.test("motion() stays near 0 when a lamp is switched on or off, and brightness() changes", async () => {
  const [bright] = await lit(1);
  for (const gain of [0.3, 0.5, 0.7]) {
    const [other] = await lit(gain);
    assert(motion(other, bright) < 0.005, `on from ${gain}`);
    assert(motion(bright, other) < 0.005, `off to ${gain}`);
    assert(brightness(other) < brightness(bright));
  }
});

Deno.test("motion() detects movement while a lamp is switched on", async () => {
  const people = await thumbnails(["-i", FOOTAGE], "null", 10);
  const dim = { ...people[0], grey: people[0].grey.map((value) => value / 2) };
  const moved = motion(dim, people[9]);
  assert(moved > 0.01 && moved < 0.2, `${moved}`);
});

Deno.test("motion() is 0 between frames of two sizes, and between black ones", async () => {
  const [large] = await lit(1);
  const [small] = await thumbnails(["-i", STILL], "scale=160:120", 1);
  assertEquals(motion(small, large), 0);
  const black = { ...large, grey: new Uint8Array(large.grey.length) };
  assertEquals([motion(black, black), brightness(black)], [0, 0]);
  assert(motion(black, large) > 0.5);
});

Deno.test("thumbnailOfFull() and thumbnailOfEighth() give nearly the same for one JPEG", async () => {
  for (const [i, bytes] of (await photographs()).entries()) {
    const eighth = thumbnailOfEighth(codec.decode(bytes, "eighth"));
    const full = thumbnailOfFull(codec.decode(bytes, "full"));
    assertEquals([full.width, full.height], [eighth.width, eighth.height]);
    const apart = full.grey.map((value, i) => Math.abs(value - eighth.grey[i]));
    const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
    assert(mean < 6, `picture ${i}: ${mean} on average`);
  }
});

Deno.test("checkFrames() gives each frame together with its scene, in order, whichever worker decoded it", async () => {
  const pictures = await jpegsOf(["-i", FOOTAGE], ["-frames:v", "20", "-q:v", "3"]);
  const seen = pictures.map((bytes) => thumbnailOfEighth(codec.decode(bytes, "eighth")));
  const camera = new FakeCamera();
  await using check = checkFrames(camera, { workers: 2 });
  const checked = check[Symbol.asyncIterator]();
  const sequences: number[] = [];
  const scenes: Scene[] = [];
  assertEquals(check.scene, null);
  await camera.watched;
  for (const [i, picture] of pictures.entries()) {
    camera.frames.publish(frameOf(picture, i));
    const { frame, scene } = (await checked.next()).value;
    sequences.push(frame.sequence);
    scenes.push(scene);
  }
  assertEquals(sequences, pictures.map((_, i) => i));
  assertEquals(check.scene, scenes.at(-1)!);
  const expected = seen.map((now, i) => i ? motion(seen[i - 1], now) : 0);
  assertEquals(scenes.map((scene) => scene.motion), expected);
  assertEquals(scenes.map((scene) => scene.brightness), seen.map(brightness));
  assertEquals(Math.max(...check.stats().lastMinute), Math.max(...expected));
});
