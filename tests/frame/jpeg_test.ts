import { assertEquals, assertThrows } from "@std/assert";
import { JpegError, jpegSize } from "../../lib/frame/jpeg.ts";
import { testPictures } from "../support/pictures.ts";

const [jpeg] = await testPictures(1, "640x360");

Deno.test("jpegSize() reads width and height", () => {
  assertEquals(jpegSize(jpeg), { width: 640, height: 360 });
});

Deno.test("jpegSize() refuses a JPEG cut anywhere before its scan", () => {
  for (let length = 0; length < 300; length++) {
    assertThrows(() => jpegSize(jpeg.subarray(0, length)), JpegError);
  }
});

Deno.test("jpegSize() refuses a JPEG of no pixels", () => {
  const flat = jpeg.slice();
  const at = flat.findIndex((byte, i) => byte === 0xff && flat[i + 1] === 0xc0);
  flat.set([0, 0], at + 5);
  assertThrows(() => jpegSize(flat), JpegError, "640x0");
});
