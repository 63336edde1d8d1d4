import { assert, assertEquals } from "@std/assert";
import { Codec, type Pixels } from "../../lib/decode/codec.ts";
import { transformFrames } from "../../lib/decode/transform_frames.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { FOOTAGE, jpegsOf } from "../support/pictures.ts";

const pictures = await jpegsOf(["-i", FOOTAGE], ["-frames:v", "20", "-q:v", "3"]);
const codec = await Codec.load();
const folder = new URL("../../examples/transforms/", import.meta.url);

/** The JPEGs, captured at 12:34:56.789 and later, after the example. */
async function transform(example: string, ...jpegs: Uint8Array[]): Promise<Pixels[]> {
  const camera = new FakeCamera();
  const module = new URL(`${example}.ts`, folder);
  await using stage = transformFrames(camera, { module, workers: 1 });
  using frames = stage.frames.subscribe();
  await camera.watched;
  const transformed: Pixels[] = [];
  for (const [i, jpeg] of jpegs.entries()) {
    camera.frames.publish(frameOf(jpeg, i, Date.parse("2026-11-23T12:34:56.789Z") + i * 100));
    transformed.push(codec.decode((await frames.next()).value!.bytes, "full"));
  }
  assertEquals(stage.transform.latest, { state: "working" });
  return transformed;
}

/** Red, green and blue of a pixel. */
function colour({ width, buffer }: Pixels, x: number, y: number): number[] {
  return [...buffer.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

/** The mean of all values of the pixels that `where` selects. */
function mean({ width, buffer }: Pixels, where = (_x: number, _y: number) => true): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < buffer.length; i += 3) {
    if (!where(i / 3 % width, Math.floor(i / 3 / width))) continue;
    sum += buffer[i] + buffer[i + 1] + buffer[i + 2];
    count += 3;
  }
  return sum / count;
}

Deno.test("grey.ts removes the colours", async () => {
  const [grey] = await transform("grey", pictures[0]);
  for (let i = 0; i < grey.buffer.length; i += 3) {
    assert(Math.abs(grey.buffer[i] - grey.buffer[i + 1]) < 3);
    assert(Math.abs(grey.buffer[i] - grey.buffer[i + 2]) < 3);
  }
});

Deno.test("mirror.ts swaps left and right", async () => {
  const [mirrored] = await transform("mirror", pictures[0]);
  const original = codec.decode(pictures[0], "full");
  let apart = 0;
  for (let y = 0; y < original.height; y += 16) {
    for (let x = 0; x < original.width; x += 16) {
      const there = colour(mirrored, original.width - 1 - x, y);
      colour(original, x, y).forEach((value, i) => apart += Math.abs(value - there[i]));
    }
  }
  // Only the loss of the second encoding remains.
  const each = apart / (original.width / 16 * original.height / 16 * 3);
  assert(each < 5, `${each} apart on average`);
});

Deno.test("timestamp.ts draws the capture time into the top left corner", async () => {
  const [stamped] = await transform("timestamp", pictures[0]);
  const original = codec.decode(pictures[0], "full");
  const point = Math.round(stamped.height / 120);
  const isBox = (x: number, y: number) => x < 49 * point && y < 7 * point;
  const outside = (x: number, y: number) => x > 50 * point + 16 || y > 8 * point + 16;
  assert(Math.abs(mean(stamped, outside) - mean(original, outside)) < 2);
  // The two points of the colon, the third character of `12:34:56.789`, and the gap between.
  const light = [1, 2, 3].map((row) => colour(stamped, 10 * point + 2, (row + 1) * point + 2)[0]);
  assert(light[0] > 180 && light[1] < 80 && light[2] > 180, `${light}`);
  // Black with white digits.
  const brightness = mean(stamped, isBox);
  assert(brightness > 40 && brightness < 140, `${brightness}`);
});

Deno.test("caption.ts writes light text on a dark strip at the foot", async () => {
  const [captioned] = await transform("caption", pictures[0]);
  const original = codec.decode(pictures[0], "full");
  const top = captioned.height - 2 * Math.round(captioned.height / 20);
  const above = (_: number, y: number) => y < top - 16;
  assert(Math.abs(mean(captioned, above) - mean(original, above)) < 2);
  const right = (x: number, y: number) => x > captioned.width / 2 && y > top + 8;
  assert(mean(captioned, right) < 0.5 * mean(original, right));
  const foot = [...captioned.buffer.subarray(3 * captioned.width * top)];
  const white = foot.filter((value) => value > 230).length / foot.length;
  assert(white > 0.01 && white < 0.2, `${white}`);
});

Deno.test("difference.ts shows people who move, on black", async () => {
  const [first, second] = await transform("difference", pictures[0], pictures[5]);
  assert(mean(first) < 2);
  assert(mean(second) > 4 && mean(second) < 60, `${mean(second)}`);
  const [, still] = await transform("difference", pictures[0], pictures[0]);
  assert(mean(still) < 2);
});

Deno.test("edges.ts leaves outlines on black", async () => {
  const [edges] = await transform("edges", pictures[0]);
  const dark = [...edges.buffer].filter((value) => value < 64).length / edges.buffer.length;
  const bright = [...edges.buffer].filter((value) => value > 192).length / edges.buffer.length;
  assert(dark > 0.4 && bright > 0.05, `${dark} dark, ${bright} bright`);
});
