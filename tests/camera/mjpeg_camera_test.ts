import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { type Camera, type CameraOptions, openCamera } from "../../lib/camera/camera.ts";
import { EXIF_BYTES } from "../../lib/frame/exif.ts";
import { makeWhole, segments } from "../../lib/frame/jpeg.ts";
import { NetworkCamera } from "../support/fake_network_camera.ts";
import { jpegsOf } from "../support/pictures.ts";

const OPTIONS: CameraOptions = { device: "", width: 640, height: 480, fps: 30, quality: 80 };
/** Pictures with the standard tables, which can be left out. */
const pictures = await jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=640x480:rate=30"], [
  ...["-frames:v", "60", "-c:v", "mjpeg", "-huffman", "default", "-threads", "1"],
]);

function without(marker: number, jpeg: Uint8Array): Uint8Array {
  const segment = [...segments(jpeg)].find((segment) => segment.marker === marker)!;
  return new Uint8Array([...jpeg.subarray(0, segment.start), ...jpeg.subarray(segment.end)]);
}

/** The picture as the camera sent it, without the Exif block. */
function sent(jpeg: Uint8Array): Uint8Array {
  const { start } = [...segments(jpeg)].find(({ marker }) => marker === 0xe1)!;
  return new Uint8Array([...jpeg.subarray(0, start), ...jpeg.subarray(start + EXIF_BYTES)]);
}

/** Opens a camera on `network`, and waits until it gives pictures. */
async function open(network: NetworkCamera, options: Partial<CameraOptions> = {}): Promise<Camera> {
  const camera = openCamera({ ...OPTIONS, device: network.url, ...options });
  const timer = setInterval(() => network.send(pictures[0]), 30);
  await camera.ready;
  clearInterval(timer);
  assertEquals(camera.status.latest, { state: "live" });
  return camera;
}

const FAULTS: Record<string, (jpeg: Uint8Array) => Uint8Array> = {
  "pads with zeros": (jpeg) => new Uint8Array([...jpeg, ...new Uint8Array(5000)]),
  "ends in odd bytes": (jpeg) => new Uint8Array([...jpeg, 0x0d, 0x0a, 0xff, 0x55]),
  "lacks Huffman tables": (jpeg) => without(0xc4, jpeg),
};

for (const [fault, spoil] of Object.entries(FAULTS)) {
  Deno.test(`a camera that ${fault} comes through at full rate, its pictures mended`, async () => {
    await using network = new NetworkCamera();
    await using camera = await open(network);
    using frames = camera.frames.subscribe();
    for (const picture of pictures) {
      const next = frames.next();
      network.send(spoil(picture));
      const { value } = await next;
      const wanted = fault.startsWith("lacks") ? makeWhole(without(0xc4, picture)) : picture;
      // Faster than assertEquals() on arrays of this size.
      assert(sent(value!.bytes).every((byte, i) => byte === wanted[i]));
    }
    assertEquals(camera.counts.dropped, {});
  });
}

Deno.test("a torn picture is dropped and counted by what is wrong, and the others come through", async () => {
  await using network = new NetworkCamera();
  await using camera = await open(network);
  using frames = camera.frames.subscribe();
  for (const picture of pictures.slice(0, 10)) {
    network.send(picture.subarray(0, picture.length / 2));
    network.send(picture.subarray(0, 60));
    const next = frames.next();
    network.send(picture);
    assert(sent((await next).value!.bytes).every((byte, i) => byte === picture[i]));
  }
  assertEquals(camera.counts.dropped, { "no end": 10, "broken header": 10 });
});

Deno.test("a picture of a source of 5 a second is out within 100 ms, copied and encoded", async () => {
  for (const filter of [undefined, "null"]) {
    await using network = new NetworkCamera();
    await using camera = await open(network, { filter });
    // What was sent to wake it is still on its way.
    await delay(500);
    using frames = camera.frames.subscribe();
    for (const picture of pictures.slice(0, 10)) {
      const next = frames.next();
      const sentAt = performance.now();
      network.send(picture);
      await next;
      const ms = performance.now() - sentAt;
      assert(ms < 100, `it took ${ms} ms, ${filter ? "encoded" : "copied"}`);
      await delay(200 - ms);
    }
  }
});
