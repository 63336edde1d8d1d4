import { assert, assertEquals, assertMatch } from "@std/assert";
import { camerasOf } from "../../lib/flow/cameras.ts";
import type { Feed } from "../../lib/flow/feed.ts";
import { encodeControl } from "../../lib/wire/codec.ts";
import { MAX_CAMERAS, MAX_CONTROL_BYTES } from "../../lib/wire/protocol.ts";
import { type ClientEvent, listen } from "../../lib/server/listen.ts";
import { listed } from "../../lib/server/listed.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { WireClient } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const HELLO = { type: "hello", version: 1 };

/** Two cameras at a server; the frames of the first have odd capture times. */
function twoCameras() {
  const porch = new FakeCamera();
  const garden = new FakeCamera();
  const cameras = camerasOf(new Map<string, Feed>([["porch", porch], ["garden", garden]]));
  return { porch, garden, cameras, server: listen(cameras, { host: HOST, port: 0 }) };
}

function subscribers(camera: FakeCamera, count: number): Promise<void> {
  return eventually(
    () => camera.frames.subscribers === count,
    () => `${camera.frames.subscribers} subscribers instead of ${count}`,
  );
}

Deno.test("listen() gives a client that never speaks the first camera, and one that speaks the one it names", async () => {
  const { porch, garden, server } = twoCameras();
  await using _ = server;
  using silent = await WireClient.connect(server.address.port);
  using speaking = await WireClient.connect(server.address.port);
  await speaking.send({ ...HELLO, camera: "garden" });
  await Promise.all([subscribers(porch, 1), subscribers(garden, 1)]);
  const frames = [frameOf(picture, 1), frameOf(picture, 2)];
  porch.frames.publish(frames[0]);
  garden.frames.publish(frames[1]);
  assertEquals((await silent.payload())!, frames[0].bytes);
  assertEquals((await speaking.messageOf("frame")).bytes, frames[1].bytes);
});

Deno.test("listen() tells which camera a client gets when it joins and when it leaves", async () => {
  const events: ClientEvent[] = [];
  const cameras = camerasOf({ porch: new FakeCamera(), garden: new FakeCamera() });
  const onClient = (event: ClientEvent) => events.push(event);
  await using server = listen(cameras, { host: HOST, port: 0, onClient });
  const told = (count: number) =>
    eventually(() => events.length === count, () => JSON.stringify(events));
  {
    using client = await WireClient.connect(server.address.port);
    await client.send({ ...HELLO, camera: "garden" });
    await told(1);
  }
  await told(2);
  using _ = await WireClient.connect(server.address.port);
  await told(3);
  assertEquals(events.map(({ type, camera, clients }) => [type, camera, clients]), [
    ["joined", "garden", 1],
    ["left", "garden", 0],
    ["joined", "porch", 1],
  ]);
});

Deno.test("listen() lists all cameras in its welcome, and again when one comes or goes", async () => {
  const { porch, garden, cameras, server } = twoCameras();
  await using _ = server;
  using client = await WireClient.connect(server.address.port);
  await client.send({ ...HELLO, watch: false });
  const info = { name: "fake", mode: "by hand" };
  const welcome = await client.message();
  assertEquals([welcome.type, welcome.camera], ["welcome", info]);
  assertEquals(welcome.cameras, [{ id: "porch", ...info }, { id: "garden", ...info }]);
  cameras.publish(new Map([["porch", porch], ["garden", garden], ["shed", new FakeCamera()]]));
  const ids = async () =>
    (await client.messageOf("cameras")).cameras.map(({ id }: { id: string }) => id);
  assertEquals(await ids(), ["porch", "garden", "shed"]);
  cameras.publish(new Map([["porch", porch]]));
  assertEquals(await ids(), ["porch"]);
});

Deno.test("listen() refuses a camera that is not there, and lists those that are", async () => {
  const { server } = twoCameras();
  await using _ = server;
  for (const camera of ["gate", "", "__proto__", "Porch", "1"]) {
    using client = await WireClient.connect(server.address.port);
    await client.send({ ...HELLO, camera });
    const { type, code, message, cameras } = await client.message();
    assertEquals([type, code], ["error", "camera"]);
    assertEquals(message, `there is no camera "${camera}"; there are porch, garden`);
    assertEquals(cameras.map(({ id }: { id: string }) => id), ["porch", "garden"]);
    assertEquals(await client.message(), undefined);
  }
});

Deno.test("listen() calls a single feed 1", async () => {
  const camera = new FakeCamera();
  await using server = listen(camera, { host: HOST, port: 0 });
  using client = await WireClient.connect(server.address.port);
  await client.send({ ...HELLO, camera: "1", watch: false });
  assertEquals((await client.message()).cameras, [{ id: "1", ...camera.info }]);
});

Deno.test("listen() ends the connection of a camera that has gone, and of no other", async () => {
  const { garden, cameras, server } = twoCameras();
  await using _ = server;
  using named = await WireClient.connect(server.address.port);
  await named.send({ ...HELLO, camera: "porch" });
  using first = await WireClient.connect(server.address.port);
  await first.send(HELLO);
  using other = await WireClient.connect(server.address.port);
  await other.send({ ...HELLO, camera: "garden" });
  for (const client of [named, first, other]) await client.messageOf("camera");
  cameras.publish(new Map([["garden", garden]]));
  const { code, message } = await named.messageOf("error");
  assertEquals([code, message], ["camera", `there is no camera "porch"; there is garden`]);
  // It asked for whichever is first, and gets that when it connects again.
  assertEquals(await first.messageOf("error"), undefined);
  await subscribers(garden, 1);
  garden.frames.publish(frameOf(picture, 7));
  assert(await other.messageOf("frame"));
});

Deno.test("listen() changes to the camera of a greeting that comes late", async () => {
  const { porch, garden, server } = twoCameras();
  await using _ = server;
  using client = await WireClient.connect(server.address.port);
  await subscribers(porch, 1);
  await client.send({ ...HELLO, camera: "garden" });
  await subscribers(garden, 1);
  await subscribers(porch, 0);
  assertEquals((await client.message()).type, "welcome");
});

Deno.test("listen() waits for its first camera", async () => {
  const cameras = camerasOf({});
  await using server = listen(cameras, { host: HOST, port: 0 });
  using silent = await WireClient.connect(server.address.port);
  using speaking = await WireClient.connect(server.address.port);
  await speaking.send(HELLO);
  assertEquals((await speaking.message()).cameras, []);
  const camera = new FakeCamera();
  cameras.publish(new Map([["late", camera]]));
  await subscribers(camera, 2);
  camera.frames.publish(frameOf(picture, 1));
  assert((await silent.payload())![0] === 0xff);
  assertEquals((await speaking.messageOf("frame")).type, "frame");
});

Deno.test("a welcome with the most and longest names fits into a control message", () => {
  const camera = new FakeCamera();
  const info = { name: "\u6f22".repeat(1000), mode: '"'.repeat(1000) };
  Object.defineProperty(camera, "info", { value: info });
  const name = (i: number) => `${i}`.padEnd(128, "x");
  const many = new Map(Array.from({ length: 1000 }, (_, i) => [name(i), camera] as const));
  const cameras = listed(many);
  assertEquals(cameras.length, MAX_CAMERAS);
  const { length } = encodeControl({ type: "welcome", version: 1, camera: info, cameras });
  assert(length < MAX_CONTROL_BYTES, `${length} bytes`);
});

Deno.test("camerasOf() refuses names that a path cannot have", () => {
  for (const name of ["", "..", "a/b", "a b", "stream", "Cameras", "x".repeat(129)]) {
    try {
      camerasOf({ [name]: new FakeCamera() });
    } catch (error) {
      assertMatch((error as TypeError).message, /^A camera cannot be called/);
      continue;
    }
    throw new Error(`"${name}" was accepted`);
  }
});
