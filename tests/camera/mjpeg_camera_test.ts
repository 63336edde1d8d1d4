import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { JpegStreamReader } from "../../lib/camera/jpeg_stream_reader.ts";
import { type Camera, type CameraOptions, openCamera } from "../../lib/camera/open_camera.ts";
import { EXIF_BYTES } from "../../lib/frame/exif_block.js";
import { STANDARD_TABLES } from "../../lib/frame/huffman_tables.ts";
import { APP0, APP1, DHT, segments } from "../../lib/frame/jpeg.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";
import { NetworkCamera } from "../support/fake_network_camera.ts";
import { jpegsOf } from "../support/pictures.ts";

/** JPEGs with the standard tables, which may be left out. */
const jpegs = await jpegsOf(["-f", "lavfi", "-i", "testsrc2=size=640x480:rate=30"], [
  ...["-frames:v", "60", "-c:v", "mjpeg", "-huffman", "default", "-threads", "1"],
]);

function find(marker: number, jpeg: Uint8Array) {
  return [...segments(jpeg)].find((segment) => segment.marker === marker)!;
}

function withoutTables(jpeg: Uint8Array): Uint8Array {
  const { start, end } = find(DHT, jpeg);
  return new Uint8Array([...jpeg.subarray(0, start), ...jpeg.subarray(end)]);
}

/** The JPEG with its tables directly after the JFIF header, where missing ones are put in. */
function withTablesFirst(jpeg: Uint8Array): Uint8Array {
  const bare = withoutTables(jpeg);
  const { end } = find(APP0, bare);
  return new Uint8Array([...bare.subarray(0, end), ...STANDARD_TABLES, ...bare.subarray(end)]);
}

/** Checks that a frame is `jpeg` with an Exif block. assertEquals() is slow on arrays of this size. */
function assertIs(frame: Uint8Array, jpeg: Uint8Array): void {
  const { start } = find(APP1, frame);
  const sent = new Uint8Array([...frame.subarray(0, start), ...frame.subarray(start + EXIF_BYTES)]);
  assertEquals(sent.length, jpeg.length);
  assert(sent.every((byte, i) => byte === jpeg[i]));
}

/** Opens a camera on `network`, and waits until it gives frames. */
async function open(network: NetworkCamera, options: CameraOptions = {}): Promise<Camera> {
  const camera = openCamera({ device: network.url, ...options });
  const timer = setInterval(() => network.send(jpegs[0]), 30);
  await camera.ready;
  clearInterval(timer);
  assertEquals(camera.status.latest, { state: "live" });
  return camera;
}

interface Fault {
  /** What the camera sends in place of a JPEG. */
  spoil(jpeg: Uint8Array): Uint8Array;
  /** What comes out, besides the Exif block. */
  expected?(jpeg: Uint8Array): Uint8Array;
}

const FAULTS: Record<string, Fault> = {
  "pads with zeros": { spoil: (jpeg) => new Uint8Array([...jpeg, ...new Uint8Array(5000)]) },
  "ends in odd bytes": { spoil: (jpeg) => new Uint8Array([...jpeg, 0x0d, 0x0a, 0xff, 0x55]) },
  "lacks Huffman tables": { spoil: withoutTables, expected: withTablesFirst },
};

for (const [fault, { spoil, expected = (jpeg: Uint8Array) => jpeg }] of Object.entries(FAULTS)) {
  Deno.test(`frames of a camera that ${fault} are completed, and none is dropped`, async () => {
    await using network = new NetworkCamera();
    await using camera = await open(network);
    using frames = camera.frames.subscribe();
    for (const jpeg of jpegs) {
      const next = frames.next();
      network.send(spoil(jpeg));
      assertIs((await next).value!.bytes, expected(jpeg));
    }
    assertEquals(camera.counts.dropped, {});
  });
}

Deno.test("a frame is completed in the memory that the stream was read into", async () => {
  const buffers = new Set<ArrayBuffer>();
  const { push } = JpegStreamReader.prototype;
  JpegStreamReader.prototype.push = function* (chunk) {
    for (const memory of push.call(this, chunk)) {
      buffers.add(memory.bytes.buffer);
      yield memory;
    }
  };
  try {
    await using network = new NetworkCamera();
    await using camera = await open(network);
    using frames = camera.frames.subscribe();
    for (const jpeg of [jpegs[0], withoutTables(jpegs[1])]) {
      const next = frames.next();
      network.send(jpeg);
      assert(buffers.has((await next).value!.bytes.buffer));
    }
  } finally {
    JpegStreamReader.prototype.push = push;
  }
});

Deno.test("a frame torn in its header is dropped and counted, and the others come through", async () => {
  await using network = new NetworkCamera();
  await using camera = await open(network);
  using frames = camera.frames.subscribe();
  for (const jpeg of jpegs.slice(0, 10)) {
    network.send(jpeg.subarray(0, 60));
    network.send(new Uint8Array(0));
    const next = frames.next();
    network.send(jpeg);
    assertIs((await next).value!.bytes, jpeg);
  }
  assertEquals(camera.counts.dropped, { "broken header": 10 });
});

Deno.test("a camera whose frames are all dropped is lost, says why, and comes back", async () => {
  await using network = new NetworkCamera();
  await using camera = await open(network);
  using frames = camera.frames.subscribe();
  const timer = setInterval(() => network.send(jpegs[0].subarray(0, 60)), 30);
  for await (const status of camera.status.follow()) {
    if (status.state !== "lost") continue;
    assertMatch(
      status.reason,
      /^All \d+ frames of the last 3 s were dropped: broken header \(\d+\)$/,
    );
    break;
  }
  clearInterval(timer);
  network.send(jpegs[1]);
  await frames.next();
  assertEquals(camera.status.latest, { state: "live" });
});

Deno.test("a frame waits for no other one, copied and encoded", async () => {
  for (const filter of [undefined, "null"]) {
    await using network = new NetworkCamera();
    await using camera = await open(network, { filter });
    // The JPEGs that started it are still on their way.
    await eventually(
      () => camera.arrivals.received === network.sent,
      () => `${camera.arrivals.received} of ${network.sent} JPEGs came`,
    );
    using frames = camera.frames.subscribe();
    // A frame that waited for the next one would never come, as that is only sent afterwards.
    for (const jpeg of jpegs.slice(0, 10)) {
      network.send(jpeg);
      await deadline(frames.next(), PATIENCE_MS);
    }
  }
});
