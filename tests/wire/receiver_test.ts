import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { now } from "../../lib/flow/clock.ts";
import type { Hub } from "../../lib/flow/hub.ts";
import { listen } from "../../lib/wire/listener.ts";
import { receive, RefusedError } from "../../lib/wire/receiver.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";

/** Waits until a state is as it should be. */
async function until<T extends object>(states: Hub<T>, wanted: (state: T) => boolean): Promise<T> {
  for await (const state of states.follow()) if (wanted(state)) return state;
  throw new Error("the states have ended");
}

Deno.test("receive() gives the frames that the server sends, with their time and number", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive({ host: HOST, port: door.address.port });
  using frames = receiver.frames.subscribe();
  await camera.watched;
  const sent = frameOf(picture, 42);
  camera.frames.publish(sent);
  const { value: received } = await frames.next();
  assertEquals(received?.bytes, sent.bytes);
  assertEquals(received?.sequence, 42);
  assertAlmostEquals(received!.capturedAt, sent.capturedAt, 0.001);
});

Deno.test("receive() knows how the server and its camera are", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive({ host: HOST, port: door.address.port });
  await until(receiver.status, ({ state }) => state === "live");
  assertEquals(receiver.source.latest, { state: "connected" });
  assertEquals(receiver.camera, camera.info);
  camera.status.publish({ state: "lost", reason: "unplugged" });
  assertEquals(
    await until(receiver.status, ({ state }) => state === "lost"),
    { state: "lost", reason: "unplugged" },
  );
});

Deno.test("receive() counts the frames that the server left out", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive({ host: HOST, port: door.address.port });
  using frames = receiver.frames.subscribe();
  await camera.watched;
  for (const sequence of [1, 2, 5, 6]) {
    camera.frames.publish(frameOf(picture, sequence));
    await frames.next();
  }
  assertEquals(receiver.counts.received, 4);
  assertEquals(receiver.counts.missed, 2);
});

Deno.test("receive() knows the time by the server's clock", async () => {
  await using door = listen(new FakeCamera(), { host: HOST, port: 0 });
  await using receiver = receive({ host: HOST, port: door.address.port });
  await until(receiver.status, ({ state }) => state === "live");
  // The first question is asked right after the greeting.
  while (receiver.clock.roundTrip === null) await new Promise((resolve) => setTimeout(resolve));
  assertAlmostEquals(now() + receiver.clock.offset, now(), 50);
});

Deno.test("receive() comes back by itself when the server does", async () => {
  const camera = new FakeCamera();
  const first = listen(camera, { host: HOST, port: 0 });
  const { port } = first.address;
  await using receiver = receive({ host: HOST, port });
  await until(receiver.source, ({ state }) => state === "connected");
  await first[Symbol.asyncDispose]();
  const lost = await until(receiver.source, ({ state }) => state === "connecting");
  assertEquals(lost.state, "connecting");
  const again = new FakeCamera();
  await using _second = listen(again, { host: HOST, port });
  await again.watched;
  using frames = receiver.frames.subscribe();
  again.frames.publish(frameOf(picture));
  assertEquals((await frames.next()).done, false);
  assertEquals(receiver.counts.reconnects, 1);
});

Deno.test("receive() keeps trying when no server is there, and says so", async () => {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using receiver = receive({ host: HOST, port });
  const status = await until(receiver.source, (state) => "retryAt" in state);
  assertStringIncludes(JSON.stringify(status), `no server at ${HOST}:${port}: `);
  const camera = new FakeCamera();
  await using _door = listen(camera, { host: HOST, port });
  await camera.watched;
});

Deno.test("receive() gives up on a server that speaks something else", async () => {
  await using server = Deno.serve({ hostname: HOST, port: 0, onListen() {} }, () => {
    return new Response("this is HTTP");
  });
  await using receiver = receive({ host: HOST, port: server.addr.port });
  const error = await assertRejects(() => receiver.refused, RefusedError, "no socketcam server");
  assertEquals(receiver.source.latest, { state: "refused", reason: error.message });
});
