import { assertEquals, assertThrows } from "@std/assert";
import { JpegError, type JpegFault, jpegSize, makeWhole, segments } from "../../lib/frame/jpeg.ts";
import { ffmpeg, jpegsOf, testPictures } from "../support/pictures.ts";

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

Deno.test("makeWhole() leaves a whole picture as it is, without a copy", () => {
  const whole = makeWhole(picture);
  assertEquals(whole, picture);
  assertEquals(whole.buffer, picture.buffer);
});

Deno.test("makeWhole() leaves off what stands behind the end, and only that", () => {
  assertEquals(makeWhole(padded(0, 0, 0, 0)), picture);
  assertEquals(makeWhole(padded(0x55, 0xd9, 0, 0xff)), picture);
  assertEquals(makeWhole(padded(...new Uint8Array(100_000))), picture);
});

Deno.test("makeWhole() refuses a torn picture, and says how it is torn", () => {
  const refuse = (bytes: Uint8Array, fault: JpegFault) => {
    const error = assertThrows(() => makeWhole(bytes), JpegError);
    assertEquals(error.fault, fault);
  };
  refuse(picture.subarray(1), "no start");
  refuse(new Uint8Array(0), "no start");
  refuse(new Uint8Array(1000), "no start");
  refuse(picture.subarray(0, -1), "no end");
  refuse(picture.subarray(0, picture.length / 2), "no end");
  refuse(picture.subarray(0, 100), "broken header");
});

Deno.test("makeWhole() puts the standard tables in where a picture lacks them", async () => {
  const [standard] = await jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=1"], [
    ...["-frames:v", "1", "-c:v", "mjpeg", "-huffman", "default"],
  ]);
  const tables = [...segments(standard)].find(({ marker }) => marker === 0xc4)!;
  const bare = new Uint8Array([
    ...standard.subarray(0, tables.start),
    ...standard.subarray(tables.end),
  ]);
  const whole = makeWhole(bare);
  assertEquals(whole.length, standard.length);
  assertEquals(await pixelsOf(whole), await pixelsOf(standard));
});

/** What ffmpeg decodes a picture to. */
async function pixelsOf(jpeg: Uint8Array): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/in.jpg`, jpeg);
    await ffmpeg("-xerror", "-i", `${folder}/in.jpg`, "-f", "rawvideo", `${folder}/out.raw`);
    return await Deno.readFile(`${folder}/out.raw`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
