import { assertEquals, assertThrows } from "@std/assert";
import { JpegError, jpegSize, trimPadding } from "../../lib/frame/jpeg.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1, "640x360");

function padded(...padding: number[]): Uint8Array {
  return new Uint8Array([...picture, ...padding]);
}

Deno.test("jpegSize() reads width and height", () => {
  assertEquals(jpegSize(picture), { width: 640, height: 360 });
});

Deno.test("jpegSize() refuses a picture cut anywhere before its scan", () => {
  for (let length = 0; length < 300; length++) {
    assertThrows(() => jpegSize(picture.subarray(0, length)), JpegError);
  }
});

Deno.test("jpegSize() refuses a picture of no pixels", () => {
  const flat = picture.slice();
  const at = flat.findIndex((byte, i) => byte === 0xff && flat[i + 1] === 0xc0);
  flat.set([0, 0], at + 5);
  assertThrows(() => jpegSize(flat), JpegError, "640x0");
});

Deno.test("trimPadding() removes zeros after the end, and only those", () => {
  assertEquals(trimPadding(picture), picture);
  assertEquals(trimPadding(padded(0, 0, 0, 0)), picture);
});

Deno.test("trimPadding() refuses a picture without its start or its end", () => {
  assertThrows(() => trimPadding(picture.subarray(1)), JpegError, "FF D8");
  assertThrows(() => trimPadding(picture.subarray(0, -1)), JpegError, "FF D9");
  assertThrows(() => trimPadding(new Uint8Array(0)), JpegError);
  assertThrows(() => trimPadding(new Uint8Array(1000)), JpegError);
});
