import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { Image } from "imagescript";
import { type Camera, type CameraOptions, openCamera } from "../../lib/camera/open_camera.ts";
import { type Flip, type Rotation, wayOf } from "../../lib/camera/turn.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { RawCamera } from "../support/fake_network_camera.ts";
import { jpegsOf, withoutTables } from "../support/pictures.ts";

const COLOURS = { r: 0xff0000ff, g: 0x00ff00ff, b: 0x0000ffff, w: 0xffffffff };

/** A picture whose corners are red, green, blue and white, line by line. */
async function cornered(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image(width, height);
  image.fill((x, y) => {
    const key = `${x > width / 2 ? "right" : "left"} ${y > height / 2 ? "low" : "high"}`;
    const colours: Record<string, number> = {
      "left high": COLOURS.r,
      "right high": COLOURS.g,
      "left low": COLOURS.b,
      "right low": COLOURS.w,
    };
    return colours[key];
  });
  return new Uint8Array(await image.encodeJPEG(95));
}

/** The corners of a picture, line by line: `rgbw` if it was not turned. */
async function cornersOf(bytes: Uint8Array): Promise<string> {
  const image = await Image.decode(bytes) as Image;
  const { width, height } = image;
  const at = (x: number, y: number) => {
    const [red, green, blue] = Image.colorToRGBA(image.getPixelAt(x, y));
    if (Math.min(red, green, blue) > 150) return "w";
    return red > 150 ? "r" : green > 150 ? "g" : "b";
  };
  return at(8, 8) + at(width - 8, 8) + at(8, height - 8) + at(width - 8, height - 8);
}

/** An HTTP camera that gives a JPEG again and again. */
function cameraOf(jpeg: Uint8Array<ArrayBuffer>): RawCamera {
  return new RawCamera(async ({ send }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n");
    const head = `--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    while (await send(head, jpeg, "\r\n")) await delay(20);
  });
}

async function firstOf(camera: Camera): Promise<Uint8Array> {
  for await (const { bytes } of camera) return bytes;
  throw new Error("the camera ended");
}

/** What the corners are after a turn. */
const TURNED: [turn: { rotate?: Rotation; flip?: Flip }, corners: string][] = [
  [{ rotate: 90 }, "brwg"],
  [{ rotate: 180 }, "wbgr"],
  [{ rotate: 270 }, "gwrb"],
  [{ flip: "h" }, "grwb"],
  [{ flip: "v" }, "bwrg"],
  [{ rotate: 90, flip: "h" }, "rbgw"],
  [{ rotate: 90, flip: "v" }, "wgbr"],
  [{ rotate: 180, flip: "h" }, "bwrg"],
  [{ rotate: 180, flip: "v" }, "grwb"],
  [{ rotate: 270, flip: "h" }, "wgbr"],
  [{ rotate: 270, flip: "v" }, "rbgw"],
];

for (const [turn, corners] of TURNED) {
  const words = `rotated by ${turn.rotate ?? 0} and flipped ${turn.flip ?? "not"}`;
  Deno.test(`a camera ${words} is turned alike without loss and by ffmpeg`, async () => {
    for (
      const [jpeg, how] of [
        [await cornered(64, 32), /turned without loss$/],
        [
          await cornered(68, 36),
          /turned and encoded again, since its size is not one of whole blocks$/,
        ],
      ] as const
    ) {
      await using network = cameraOf(jpeg);
      await using camera = openCamera({ device: network.url, ...turn });
      assertEquals(await cornersOf(await firstOf(camera)), corners);
      // This swaps lines and columns, which moves no block.
      const isSwap = wayOf(turn)!.jpegtran[0] === "-transpose";
      assertMatch(camera.info!.mode, isSwap ? /turned without loss$/ : how);
    }
  });
}

Deno.test("no turn at all leaves JPEGs alone", async () => {
  assertEquals(wayOf({ rotate: 0 }), undefined);
  await using network = cameraOf(await cornered(64, 32));
  await using camera = openCamera({ device: network.url, rotate: 0 });
  assertEquals(await cornersOf(await firstOf(camera)), "rgbw");
  assertMatch(camera.info!.mode, /copied$/);
});

Deno.test("what is encoded here is turned as it is, after the filter", async () => {
  const options: CameraOptions = { device: "test", width: 64, height: 32, rotate: 90 };
  await using camera = openCamera({ ...options, filter: "crop=32:32" });
  assertEquals(jpegSize(await firstOf(camera)), { width: 32, height: 32 });
  await using other = openCamera(options);
  assertEquals(jpegSize(await firstOf(other)), { width: 32, height: 64 });
});

Deno.test("bytes that are not a JPEG are left out, and the next JPEG is turned", async () => {
  const jpeg = await cornered(64, 32);
  const torn = jpeg.slice();
  torn.fill(0, 2, 200);
  await using network = new RawCamera(async ({ send }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n");
    const head = `--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    await send(head, torn, "\r\n");
    while (await send(head, jpeg, "\r\n")) await delay(20);
  });
  await using camera = openCamera({ device: network.url, rotate: 180 });
  assertEquals(await cornersOf(await firstOf(camera)), "wbgr");
});

Deno.test("a JPEG without Huffman tables, as webcams give it, is turned without loss", async () => {
  const [picture] = await jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=320x240"], [
    ...["-frames:v", "1", "-huffman", "default"],
  ]);
  await using network = cameraOf(new Uint8Array(withoutTables(picture)));
  await using camera = openCamera({ device: network.url, rotate: 90 });
  assertEquals(jpegSize(await firstOf(camera)), { width: 240, height: 320 });
  assertMatch(camera.info!.mode, /turned without loss$/);
});
