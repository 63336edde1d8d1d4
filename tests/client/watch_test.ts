import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { receive } from "../../lib/client/receive.ts";
import { RefusedError } from "../../lib/client/refused_error.ts";
import { passFrames } from "../../lib/decode/pass_frames.ts";
import { listen } from "../../lib/server/listen.ts";
import { createNonce, sign, verify } from "../../lib/wire/authentication.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { WireClient } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const WELCOME = { type: "welcome", version: 1 };

/** The next `watch` of a client, after any acknowledgements and questions. */
async function watchOf(client: WireClient): Promise<boolean> {
  for (let payload; (payload = await client.payload());) {
    const text = new TextDecoder().decode(payload);
    if (text.includes('"watch"')) return JSON.parse(text).on;
  }
  throw new Error("the client left");
}

Deno.test("receive() watches while somebody subscribes, and never before where a stage waits for viewers", async () => {
  const said: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await using server = new ScriptedServer(async (client) => {
    said.push((await client.messageOf("hello")).watch);
    await client.send(WELCOME);
    for (let i = 0; i < 2; i++) said.push(await watchOf(client));
    resolve();
  });
  await using receiver = receive(HOST, { port: server.port });
  await using stage = passFrames(receiver);
  await eventually(() => receiver.source.status.state === "connected", () => "no connection");
  using frames = stage.frames.subscribe();
  await eventually(() => said.length === 2, () => `it said ${said}`);
  frames.return();
  await done;
  assertEquals(said, [false, true, false]);
});

Deno.test("receive() watches at first, and stops when nobody has subscribed", async () => {
  const said: unknown[] = [];
  await using server = new ScriptedServer(async (client) => {
    said.push((await client.messageOf("hello")).watch);
    await client.send(WELCOME);
    said.push(await watchOf(client));
  });
  await using receiver = receive(HOST, { port: server.port });
  await eventually(() => said.length === 2, () => `it said ${said}`);
  assertEquals(said, [undefined, false]);
  assertEquals(receiver.frames.subscribers, 0);
});

Deno.test("receive() takes frames that it does not want from a server that knows no watch", async () => {
  await using server = new ScriptedServer(async (client) => {
    await client.messageOf("hello");
    await client.send(WELCOME);
    await client.send({ type: "camera", state: "live" });
    for (let sequence = 1; sequence <= 3; sequence++) {
      await client.send(frameOf(picture, sequence).bytes);
    }
    await watchOf(client);
    await client.send(frameOf(picture, 4).bytes);
  });
  await using receiver = receive(HOST, { port: server.port });
  await using stage = passFrames(receiver);
  await eventually(() => receiver.arrivals.received === 3, () => "the frames did not come");
  assertEquals([stage.counts.published, receiver.status.latest], [0, { state: "live" }]);
  using _frames = stage.frames.subscribe();
  await eventually(() => receiver.arrivals.received === 4, () => "the frame did not come");
});

Deno.test("receive() does not count frames as skipped that came while it did not watch", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: door.address.port });
  for (const sequence of [1, 100]) {
    using frames = receiver.frames.subscribe();
    await eventually(() => camera.frames.subscribers === 1, () => "it does not watch");
    camera.frames.publish(frameOf(picture, sequence));
    assertEquals((await frames.next()).value?.sequence, sequence);
    frames.return();
    await eventually(() => camera.frames.subscribers === 0, () => "it still watches");
  }
  assertEquals(receiver.arrivals, { received: 2, missed: 0 });
});

Deno.test("receive() waits for a challenge that comes late, and greets with proof only", async () => {
  const token = "secret";
  let greeting: Record<string, string> = {};
  const nonce = createNonce();
  await using server = new ScriptedServer(async (client) => {
    // As behind a slow proxy.
    await delay(1300);
    await client.send({ type: "challenge", nonce });
    greeting = await client.message();
    await client.send({ ...WELCOME, proof: await sign(token, greeting.nonce + nonce) });
    await client.send(frameOf(picture, 5).bytes);
  });
  await using receiver = receive(HOST, { port: server.port, token });
  await eventually(() => receiver.arrivals.received === 1, () => "no frame came");
  assertEquals(greeting.type, "hello");
  assertEquals(await verify(token, nonce + greeting.nonce, greeting.hmac), true);
  assertEquals(receiver.source.reconnects, 0);
});

Deno.test("receive() with a token is refused by an open server whose camera sleeps", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: door.address.port, token: "secret" });
  await using _stage = passFrames(receiver);
  // The server treats a silent client as one that never speaks.
  await camera.watched;
  camera.frames.publish(frameOf(picture));
  const error = await assertRejects(() => receiver.frames.ended, RefusedError, "does not prove");
  assertEquals(error.code, "unproven");
});
