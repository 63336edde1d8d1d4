import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ListenError } from "../../lib/access/listen_error.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { FIRST_IN_FLIGHT } from "../../lib/flow/link_estimate.ts";
import { type ClientEvent, listen, type Listener } from "../../lib/server/listen.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { WireClient } from "../support/wire_client.ts";

const pictures = await testPictures(3);
const HELLO = { type: "hello", version: 1 };

/** A door on a free port, and what happens at it. */
function open(
  camera: FakeCamera,
  options: { maxClients?: number } = {},
): { door: Listener; port: number; events: ClientEvent[]; left: Promise<ClientEvent> } {
  const events: ClientEvent[] = [];
  const { promise: left, resolve } = Promise.withResolvers<ClientEvent>();
  const onClient = (event: ClientEvent) => {
    events.push(event);
    if (event.type === "left") resolve(event);
  };
  const door = listen(camera, { host: "127.0.0.1", port: 0, onClient, ...options });
  return { door, port: door.address.port, events, left };
}

Deno.test("listen() gives a client that never speaks frames, and nothing but frames", async () => {
  const camera = new FakeCamera();
  const { door, port } = open(camera);
  await using _ = door;
  using client = await WireClient.connect(port);
  await camera.watched;
  for (const picture of pictures) {
    const frame = frameOf(picture);
    camera.status.publish({ state: "lost", reason: "for a moment" });
    camera.frames.publish(frame);
    assertEquals(await client.payload(), frame.bytes);
  }
});

Deno.test("listen() goes on with frames when a client that never spoke closes its half", async () => {
  const camera = new FakeCamera();
  const { door, port } = open(camera);
  await using _ = door;
  using client = await WireClient.connect(port);
  await camera.watched;
  await client.halfClose();
  for (const picture of pictures) {
    camera.frames.publish(frameOf(picture));
    assertEquals((await client.message()).type, "frame");
  }
});

Deno.test("listen() answers hello with welcome and the state of the camera, and ping with pong", async () => {
  const camera = new FakeCamera();
  const { door, port } = open(camera);
  await using _ = door;
  using client = await WireClient.connect(port);
  await client.send({ ...HELLO, client: "a test", unknown: 1 });
  const welcome = await client.message();
  assertEquals([welcome.type, welcome.version, welcome.camera], ["welcome", 1, camera.info]);
  assertEquals(await client.message(), { type: "camera", state: "live" });
  await client.send({ type: "ping", sent: 17 });
  const pong = await client.message();
  assertEquals([pong.type, pong.sent], ["pong", 17]);
  assertEquals(Math.abs(pong.now - Date.now()) < 60_000, true);
});

Deno.test("listen() sends the state of the camera at each change, and again while it is not live", async () => {
  const camera = new FakeCamera();
  const { door, port } = open(camera);
  await using _ = door;
  using client = await WireClient.connect(port);
  await client.send(HELLO);
  await client.messageOf("camera");
  const lost = { state: "lost", reason: "unplugged" } as const;
  camera.status.publish(lost);
  for (let i = 0; i < 2; i++) assertEquals(await client.message(), { type: "camera", ...lost });
  camera.status.publish({ state: "live" });
  assertEquals(await client.message(), { type: "camera", state: "live" });
});

Deno.test("listen() keeps few frames in flight to a client that acknowledges, and skips to the newest", async () => {
  const camera = new FakeCamera();
  const { door, port } = open(camera);
  await using _ = door;
  using client = await WireClient.connect(port);
  await client.send({ ...HELLO, acknowledges: true });
  await client.messageOf("camera");

  /** Publishes a frame; the frames that had come when an answer came, which is asked for after. */
  const publish = async (sequence: number) => {
    camera.frames.publish(frameOf(pictures[0], sequence));
    await client.send({ type: "ping", sent: sequence });
    const numbers: (number | undefined)[] = [];
    while (true) {
      const message = await client.message();
      if (message.type === "pong") return numbers;
      numbers.push(readExif(message.bytes)?.sequence);
    }
  };
  const arrived: (number | undefined)[] = [];
  for (let sequence = 1; sequence <= 20; sequence++) arrived.push(...await publish(sequence));
  assertEquals(arrived, Array.from({ length: FIRST_IN_FLIGHT }, (_, i) => 1 + i));
  await client.acknowledge();
  assertEquals(readExif((await client.messageOf("frame")).bytes)?.sequence, 20);
});

Deno.test("listen() ends a client that breaks the protocol, and reports why", async () => {
  const cases: [Uint8Array | object, string][] = [
    [new Uint8Array(0), "hello comes first"],
    [{ type: "ping", sent: 1 }, "hello comes first"],
    [new TextEncoder().encode("GET / HTTP/1.1"), "0x47"],
    [{ type: "hello", version: 2 }, "version 1"],
    [{ type: "hello" }, "does not fit"],
  ];
  for (const [payload, reason] of cases) {
    const { door, port, left } = open(new FakeCamera());
    await using _ = door;
    using client = await WireClient.connect(port);
    await client.send(payload);
    assertStringIncludes((await left).reason!, reason);
    while (await client.payload());
  }
});

Deno.test("listen() tells a client that speaks what it did wrong before it ends the connection", async () => {
  const { door, port } = open(new FakeCamera());
  await using _ = door;
  using client = await WireClient.connect(port);
  await client.send(HELLO);
  await client.messageOf("camera");
  await client.send({ type: "ping" });
  const error = await client.message();
  assertEquals([error.type, error.code], ["error", "protocol"]);
  assertEquals(await client.message(), undefined);
});

Deno.test("listen() refuses a client beyond its limit, and accepts it when another has left", async () => {
  const { door, port, left } = open(new FakeCamera(), { maxClients: 1 });
  await using _ = door;
  const first = await WireClient.connect(port);
  await first.send(HELLO);
  await first.messageOf("camera");
  {
    using second = await WireClient.connect(port);
    await second.send(HELLO);
    const error = await second.message();
    assertEquals([error.type, error.code], ["error", "full"]);
  }
  first[Symbol.dispose]();
  await left;
  using third = await WireClient.connect(port);
  await third.send(HELLO);
  assertEquals((await third.message()).type, "welcome");
});

Deno.test("listen() throws a typed error when its port is taken", async () => {
  const { door, port } = open(new FakeCamera());
  await using _ = door;
  const error = assertThrows(
    () => listen(new FakeCamera(), { host: "127.0.0.1", port }),
    ListenError,
    `Port ${port} is taken`,
  );
  assertEquals(error.code, "EADDRINUSE");
  assertEquals(error.cause instanceof Deno.errors.AddrInUse, true);
});

Deno.test("listen() sends frames to others while one client reads nothing", async () => {
  const camera = new FakeCamera();
  const { door, port } = open(camera);
  await using _ = door;
  using stalled = await WireClient.connect(port);
  using client = await WireClient.connect(port);
  await client.send(HELLO);
  await client.messageOf("camera");
  const [large] = await testPictures(1, "1920x1080");
  for (let sequence = 1; sequence <= 200; sequence++) {
    camera.frames.publish(frameOf(large, sequence));
    assertEquals((await client.messageOf("frame")).type, "frame");
    await client.acknowledge();
  }
  void stalled;
});
