import { assertEquals } from "@std/assert";
import { receive } from "../../lib/client/receive.ts";
import { listen } from "../../lib/server/listen.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { WireClient } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const HELLO = { type: "hello", version: 1 };

function watchedBy(camera: FakeCamera, count: number): Promise<void> {
  return eventually(
    () => camera.frames.subscribers === count,
    () => `${camera.frames.subscribers} subscribers instead of ${count}`,
  );
}

Deno.test("listen() sends frames only while a client that speaks watches", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  using client = await WireClient.connect(door.address.port);
  await client.send({ ...HELLO, watch: false });
  await client.messageOf("camera");
  camera.frames.publish(frameOf(picture, 1));
  await client.send({ type: "ping", sent: 1 });
  assertEquals((await client.message()).type, "pong");
  await client.send({ type: "watch", on: true });
  await watchedBy(camera, 1);
  camera.frames.publish(frameOf(picture, 2));
  assertEquals((await client.message()).type, "frame");
  await client.send({ type: "watch", on: false });
  await watchedBy(camera, 0);
  camera.frames.publish(frameOf(picture, 3));
  await client.send({ type: "ping", sent: 2 });
  assertEquals((await client.message()).type, "pong");
});

Deno.test("demand reaches the camera through a relay when a subscriber comes, and ends when it leaves", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using middle = receive(HOST, { port: door.address.port });
  await using relay = listen(middle, { host: HOST, port: 0 });
  await using end = receive(HOST, { port: relay.address.port });
  await eventually(() => end.status.latest?.state === "live", () => "the relay is not live");
  // Nobody has subscribed at the end yet, and soon that is told.
  await watchedBy(camera, 0);
  const frames = end.frames.subscribe();
  await watchedBy(camera, 1);
  camera.frames.publish(frameOf(picture, 7));
  assertEquals((await frames.next()).value?.sequence, 7);
  frames.return();
  await watchedBy(camera, 0);
});

Deno.test("receive() learns the name and mode of a camera when they change, also through a relay", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using middle = receive(HOST, { port: door.address.port });
  await using relay = listen(middle, { host: HOST, port: 0 });
  await using end = receive(HOST, { port: relay.address.port });
  await eventually(() => end.info?.name === "fake", () => "the first name did not come");
  Object.defineProperty(camera, "info", { value: { name: "third", mode: "by machine" } });
  camera.status.publish({ state: "idle" });
  await eventually(() => end.status.latest?.state === "idle", () => "the state did not come");
  assertEquals(end.info, { name: "third", mode: "by machine" });
});

Deno.test("listen() tells the name of a camera that is found after a client has come", async () => {
  const camera = new FakeCamera();
  Object.defineProperty(camera, "info", { value: undefined, configurable: true });
  camera.status.publish({ state: "starting" });
  await using door = listen(camera, { host: HOST, port: 0 });
  using client = await WireClient.connect(door.address.port);
  await client.send(HELLO);
  assertEquals((await client.message()).camera, undefined);
  assertEquals(await client.message(), { type: "camera", state: "starting" });
  const info = { name: "found", mode: "late" };
  Object.defineProperty(camera, "info", { value: info });
  camera.status.publish({ state: "live" });
  let told;
  do told = await client.messageOf("camera"); while (told.state !== "live");
  assertEquals(told, { type: "camera", state: "live", ...info });
  camera.status.publish({ state: "idle" });
  assertEquals(await client.messageOf("camera"), { type: "camera", state: "idle" });
});

Deno.test("listen() closes the connection of a client that does not watch when the frames have ended", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  using client = await WireClient.connect(door.address.port);
  await client.send({ ...HELLO, watch: false });
  await client.messageOf("camera");
  camera.frames.close();
  camera.status.close();
  while (await client.message());
});
