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
  const damaged = new Frame(FrameMemory.copyOf(frame.bytes.slice(0, -500)), frame);
  const [refused, png] = [encoder.encode(damaged), encoder.encode(frame)];
  await assertRejects(() => refused, JpegError, "it does not decode");
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
