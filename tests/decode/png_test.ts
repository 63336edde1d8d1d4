import { assert, assertEquals, assertRejects } from "@std/assert";
import { Image } from "imagescript";
import { Codec } from "../../lib/decode/codec.ts";
import { imageOf } from "../../lib/decode/image.ts";
import { PngEncoder } from "../../lib/decode/png.ts";
import { Frame } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

Deno.test("PngEncoder encodes exactly the pixels that the frame decodes to", async () => {
  using encoder = new PngEncoder();
  const png = await Image.decode(await encoder.encode(frameOf(picture)));
  const codec = await Codec.load();
  assertEquals(png.bitmap, imageOf(codec.decode(picture, "full")).bitmap);
});

Deno.test("PngEncoder encodes once for all who ask for the same frame", async () => {
  using encoder = new PngEncoder();
  const frame = frameOf(picture);
  const [first, second] = await Promise.all([encoder.encode(frame), encoder.encode(frame)]);
  assert(first === second);
});

Deno.test("PngEncoder refuses a damaged frame, and encodes the next", async () => {
  using encoder = new PngEncoder();
  const frame = frameOf(picture);
  const damaged = new Frame(FrameMemory.copyOf(frame.bytes.slice(0, 400)), frame);
  const [refused, png] = [encoder.encode(damaged), encoder.encode(frame)];
  await assertRejects(() => refused, JpegError, "impossible length");
  assert((await png).length > 0);
});

Deno.test("PngEncoder encodes a frame that is released while it waits", async () => {
  using encoder = new PngEncoder();
  const [first, second] = [ownedFrameOf(picture, 1), ownedFrameOf(picture, 2)];
  const pngs = [encoder.encode(first), encoder.encode(second)];
  first.release();
  second.release();
  for (const png of await Promise.all(pngs)) assert(png.length > 0);
});

Deno.test("PngEncoder encodes the newest of the frames that wait, once for all who wait", async () => {
  using encoder = new PngEncoder();
  const [first, ...others] = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => frameOf((await testPictures(i + 1)).at(-1)!, i)),
  );
  const begun = encoder.encode(first);
  const waiting = await Promise.all(others.map((frame) => encoder.encode(frame)));
  assertEquals(new Set(waiting).size, 1);
  assertEquals(waiting[0], await encoder.encode(others.at(-1)!));
  assertEquals((await Image.decode(await begun)).bitmap, await pixelsOf(first));
  assertEquals((await Image.decode(waiting[0])).bitmap, await pixelsOf(others.at(-1)!));
});

Deno.test("PngEncoder does not begin a PNG that nobody waits for any more", async () => {
  using encoder = new PngEncoder();
  const [first, second, third] = [1, 2, 3].map((number) => frameOf(picture, number));
  const png = encoder.encode(first);
  const abort = new AbortController();
  const gone = [second, third].map((frame) => encoder.encode(frame, abort.signal));
  abort.abort(new RangeError("gone"));
  for (const each of gone) await assertRejects(() => each, RangeError, "gone");
  await assertRejects(() => encoder.encode(second, abort.signal), RangeError, "gone");
  // Nothing waits any more, so nothing is shared with what was given up.
  const shared = [encoder.encode(third), encoder.encode(third, new AbortController().signal)];
  const [a, b] = await Promise.all(shared);
  assert(a === b && (await png).length > 0);
});

Deno.test("PngEncoder encodes for those who stay when others leave", async () => {
  using encoder = new PngEncoder();
  const [first, second] = [1, 2].map((number) => frameOf(picture, number));
  const abort = new AbortController();
  const pngs = [encoder.encode(first), encoder.encode(second)];
  const gone = [first, second].map((frame) => encoder.encode(frame, abort.signal));
  abort.abort(new RangeError("gone"));
  for (const each of gone) await assertRejects(() => each, RangeError, "gone");
  for (const png of await Promise.all(pngs)) assert(png.length > 0);
});

async function pixelsOf({ bytes }: Frame): Promise<Uint8ClampedArray> {
  return imageOf((await Codec.load()).decode(bytes, "full")).bitmap;
}
