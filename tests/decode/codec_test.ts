import { assert, assertEquals, assertThrows } from "@std/assert";
import { Codec, KEPT_PIXELS, MAX_PIXELS } from "../../lib/decode/codec.ts";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { damaged, randomOf } from "../support/damage.ts";
import { photographs, testPictures } from "../support/pictures.ts";

Deno.test("Codec decodes a JPEG in full and at 1/8, and gives its own size with both", async () => {
  const codec = await Codec.load();
  const [picture] = await testPictures(1, "1002x506");
  const full = codec.decode(picture, "full");
  assertEquals([full.width, full.height, full.size], [1002, 506, [1002, 506]]);
  const eighth = codec.decode(picture, "eighth");
  assertEquals([eighth.width, eighth.height, eighth.size], [126, 64, [1002, 506]]);
});

Deno.test("Codec decodes the next JPEG correctly after any damage, and after a very large one", async () => {
  const codec = await Codec.load();
  const pictures = await photographs();
  const expected = codec.decode(pictures[0], "full").buffer;
  let broken = 0;
  for (const { bytes } of damaged(pictures, 1000, randomOf(7))) {
    try {
      codec.decode(bytes, "eighth");
    } catch (error) {
      assert(error instanceof JpegError, `${error}`);
      if ((error as JpegError).cause instanceof WebAssembly.RuntimeError) broken++;
    }
  }
  // Some damage makes the decoder stop half way; if none does, the test proves nothing.
  assert(broken > 0);
  assertEquals(codec.decode(pictures[0], "full").buffer, expected);
  const [large] = await testPictures(1, "5000x4000");
  assert(5000 * 4000 > KEPT_PIXELS);
  assertEquals(codec.decode(large, "eighth").size, [5000, 4000]);
  assertEquals(codec.decode(pictures[0], "full").buffer, expected);
});

Deno.test("Codec refuses a JPEG of more than 64 megapixels", async () => {
  const codec = await Codec.load();
  const [picture] = await testPictures(1, "8008x8000");
  assert(8008 * 8000 > MAX_PIXELS);
  assertThrows(
    () => codec.decode(picture, "eighth"),
    JpegError,
    "it has 8008x8000 pixels, and the limit is 64000000",
  );
});
