import { assert, assertEquals, assertRejects } from "@std/assert";
import { Image } from "imagescript";
import { Codec } from "../../lib/decode/codec.ts";
import { imageOf } from "../../lib/decode/image.ts";
import { PngEncoder } from "../../lib/decode/png.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

Deno.test("PngEncoder makes a PNG of just the pixels that the frame decodes to", async () => {
  using encoder = new PngEncoder();
  const png = await Image.decode(await encoder.encode(frameOf(picture)));
  const codec = await Codec.load();
  assertEquals(png.bitmap, imageOf(codec.decode(picture, "full")).bitmap);
});

Deno.test("PngEncoder makes one PNG for all who ask for the same frame", async () => {
  using encoder = new PngEncoder();
  const frame = frameOf(picture);
  const [first, second] = await Promise.all([encoder.encode(frame), encoder.encode(frame)]);
  assert(first === second);
});

Deno.test("PngEncoder refuses a damaged frame, and goes on with the next", async () => {
  using encoder = new PngEncoder();
  const frame = frameOf(picture);
  const damaged = { ...frame, bytes: frame.bytes.slice(0, -500) };
  const [refused, png] = [encoder.encode(damaged), encoder.encode(frame)];
  await assertRejects(() => refused, Error, "it does not decode");
  assert((await png).length > 0);
});
