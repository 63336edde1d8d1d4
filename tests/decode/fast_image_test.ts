import { assert, assertThrows } from "@std/assert";
import { Image } from "imagescript";
import { Codec } from "../../lib/decode/codec.ts";
import { imageOf } from "../../lib/decode/image.ts";
import { testPictures } from "../support/pictures.ts";

const codec = await Codec.load();
const [picture] = await testPictures(1);

Deno.test("FastImage.saturation() gives the result of Image.saturation(), apart from rounding", async () => {
  for (const absolute of [true, false]) {
    for (const value of [0, 0.3, 1, 2.5]) {
      const { bitmap } = imageOf(codec.decode(picture, "full")).saturation(value, absolute);
      const expected = (await Image.decode(picture)).saturation(value, absolute).bitmap;
      const most = bitmap.reduce((most, got, i) => Math.max(most, Math.abs(got - expected[i])), 0);
      assert(most <= 1, `${most} apart for ${value}, ${absolute}`);
    }
  }
});

Deno.test("FastImage.saturation() refuses what Image.saturation() refuses", () => {
  for (const value of [-1, NaN]) {
    assertThrows(() => imageOf(codec.decode(picture, "full")).saturation(value), RangeError);
  }
});
