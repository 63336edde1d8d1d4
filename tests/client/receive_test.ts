import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { concat } from "@std/bytes/concat";
import { now } from "../../lib/time/clock.js";
import type { Hub } from "../../lib/flow/hub.ts";
import { listen } from "../../lib/server/listen.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { LENGTH_PREFIX } from "../../lib/wire/codec.ts";
import { receive } from "../../lib/client/receive.ts";
import { RefusedError } from "../../lib/client/refused_error.ts";
import { MAX_TEXT } from "../../lib/access/clean_text.ts";
import {
  MAX_CONTROLS_PER_SECOND,
  MAX_FRAMES_PER_SECOND,
  SERVER_CONTROL_BYTES,
} from "../../lib/wire/protocol.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { framed } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const HOUR = 3_600_000;

/** Waits until a state is as it should be. */
async function until<T extends object>(states: Hub<T>, wanted: (state: T) => boolean): Promise<T> {
  for await (const state of states.follow()) if (wanted(state)) return state;
  throw new Error("the states have ended");
}

Deno.test("receive() gives the frames that the server sends, with their time and number", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: door.address.port });
  using frames = receiver.frames.subscribe();
  await camera.watched;
  const sent = frameOf(picture, 42);
  camera.frames.publish(sent);
  const { value: received } = await frames.next();
  assertEquals(received?.bytes, sent.bytes);
  assertEquals(received?.sequence, 42);
  assertAlmostEquals(received!.capturedAt, sent.capturedAt, 0.001);
});

Deno.test("receive() tells the state of the server and of its camera", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: door.address.port });
  await until(receiver.status, ({ state }) => state === "live");
  assertEquals(receiver.source.status, { state: "connected" });
  assertEquals(receiver.info, camera.info);
  camera.status.publish({ state: "lost", reason: "unplugged" });
  assertEquals(
    await until(receiver.status, ({ state }) => state === "lost"),
    { state: "lost", reason: "unplugged" },
  );
});

Deno.test("receive() counts the frames that the server skipped", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: door.address.port });
  using frames = receiver.frames.subscribe();
  await camera.watched;
  for (const sequence of [1, 2, 5, 6]) {
    camera.frames.publish(frameOf(picture, sequence));
    await frames.next();
  }
  assertEquals(receiver.arrivals.received, 4);
  assertEquals(receiver.arrivals.missed, 2);
});

Deno.test("receive() knows the time by the server's clock", async () => {
  const camera = new FakeCamera();
  camera.now = () => now() + HOUR;
  await using door = listen(camera, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: door.address.port });
  const ahead = () => receiver.now() - now();
  await eventually(() => Math.abs(ahead() - HOUR) < 60_000, () => `${ahead()} ms ahead`);
});

Deno.test("receive() comes back by itself when the server does", async () => {
  const camera = new FakeCamera();
  const first = listen(camera, { host: HOST, port: 0 });
  const { port } = first.address;
  await using receiver = receive(HOST, { port });
  await until(receiver.connection, ({ state }) => state === "connected");
  await first[Symbol.asyncDispose]();
  const lost = await until(receiver.connection, ({ state }) => state === "connecting");
  assertEquals(lost.state, "connecting");
  const again = new FakeCamera();
  await using _second = listen(again, { host: HOST, port });
  await again.watched;
  using frames = receiver.frames.subscribe();
  again.frames.publish(frameOf(picture));
  assertEquals((await frames.next()).done, false);
  assertEquals(receiver.source.reconnects, 1);
});

Deno.test("receive() keeps trying while there is no server, and says so", async () => {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using receiver = receive(HOST, { port });
  const status = await until(receiver.connection, (state) => "retryAt" in state);
  assertStringIncludes(JSON.stringify(status), `no server at ${HOST}:${port}: `);
  const camera = new FakeCamera();
  await using _door = listen(camera, { host: HOST, port });
  await camera.watched;
});

Deno.test("receive() gives up on a server that speaks something else", async () => {
  await using server = Deno.serve({ hostname: HOST, port: 0, onListen() {} }, () => {
    return new Response("this is HTTP");
  });
  await using receiver = receive(HOST, { port: server.addr.port });
  const words = "is not a socketcam server";
  const error = await assertRejects(() => receiver.frames.ended, RefusedError, words);
  assertEquals(error.code, "protocol");
  assertEquals(receiver.source.status, { state: "refused", reason: error.message });
});

Deno.test("a loop over a receiver throws why it was refused, also one that starts later", async () => {
  await using door = listen(new FakeCamera(), { host: HOST, port: 0, token: "secret" });
  await using remote = receive(HOST, { port: door.address.port, token: "wrong" });
  for (let i = 0; i < 2; i++) {
    const error = await assertRejects(() => Array.fromAsync(remote), RefusedError, "not the token");
    assertEquals(error.code, "wrong-token");
  }
});

Deno.test("a loop over a receiver throws the reason when its signal is aborted", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  const ending = new AbortController();
  await using remote = receive(HOST, { port: door.address.port, signal: ending.signal });
  const loop = Array.fromAsync(remote);
  await camera.watched;
  ending.abort(new Error("enough"));
  await assertRejects(() => loop, Error, "enough");
});

Deno.test("listen() relays what receive() gives: frames, their time, and the state of the camera", async () => {
  const camera = new FakeCamera();
  const origin = listen(camera, { host: HOST, port: 0 });
  await using remote = receive(HOST, { port: origin.address.port });
  await using relay = listen(remote, { host: HOST, port: 0 });
  await using receiver = receive(HOST, { port: relay.address.port });
  using frames = receiver.frames.subscribe();
  await until(receiver.status, ({ state }) => state === "live");
  const sent = frameOf(picture, 7);
  camera.frames.publish(sent);
  const { value: frame } = await frames.next();
  assertEquals(frame?.bytes, sent.bytes);
  assertEquals([frame?.sequence, frame?.capturedAt], [7, readExif(sent.bytes)?.capturedAt]);
  await origin[Symbol.asyncDispose]();
  const lost = await until(receiver.status, ({ state }) => state === "lost");
  assertStringIncludes(JSON.stringify(lost), `${HOST}:${origin.address.port}`);
});

Deno.test("a frame keeps its memory from the socket through a relay to the next socket", async () => {
  const camera = new FakeCamera();
  await using origin = listen(camera, { host: HOST, port: 0 });
  await using remote = receive(HOST, { port: origin.address.port });
  using frames = remote.frames.subscribe();
  await camera.watched;
  camera.frames.publish(frameOf(picture, 7));
  const frame = (await frames.next()).value!;
  const [message, ...others] = frame.seal(LENGTH_PREFIX);
  assertEquals(others, []);
  assert(message.buffer === frame.bytes.buffer);
});

Deno.test("receive() keeps trying after it was connected, even if another program answers at the server's address", async () => {
  const first = listen(new FakeCamera(), { host: HOST, port: 0 });
  const { port } = first.address;
  await using receiver = receive(HOST, { port });
  await until(receiver.connection, ({ state }) => state === "connected");
  await first[Symbol.asyncDispose]();
  {
    await using _ = listen(new FakeCamera(), { host: HOST, port, token: "another one's" });
    const refused = await until(receiver.connection, ({ state }) => state === "refused");
    assert("retryAt" in refused);
  }
  const again = new FakeCamera();
  await using _again = listen(again, { host: HOST, port });
  await again.watched;
  await until(receiver.connection, ({ state }) => state === "connected");
});

/** A server that sends these messages at once to every client. */
function sending(...messages: object[]): ScriptedServer {
  const bytes = concat(messages.map(framed));
  return new ScriptedServer((client) => client.write(bytes));
}

Deno.test("receive() ignores a state that it does not know, and answers that it did not ask for", async () => {
  await using server = sending(
    { type: "welcome", version: 1, camera: { name: "door", mode: "MJPEG" } },
    { type: "camera", state: "live" },
    { type: "camera", state: "dreaming" },
    { type: "pong", sent: Date.now(), now: Date.now() + HOUR },
    { type: "camera", state: "lost", reason: "\x1b[2J" + "x".repeat(1000) },
  );
  await using receiver = receive(HOST, { port: server.port });
  const lost = await until(receiver.status, ({ state }) => state === "lost");
  assert(lost.state === "lost" && lost.reason.startsWith("\\u001b[2Jxxx"));
  assertEquals(lost.reason.length, MAX_TEXT);
  assert(Math.abs(receiver.now() - now()) < 60_000);
});

/** Four times as much as a server may send in a second is in 280 of them. */
const LONG = { type: "unknown", text: "x".repeat(60_000) };
const MESSAGE_FLOODS: readonly [what: string, flood: object[], complaint: string][] = [
  [
    "messages",
    new Array(MAX_CONTROLS_PER_SECOND + 1).fill({ type: "camera", state: "live" }),
    "messages in a second",
  ],
  [
    "long messages",
    [{ type: "camera", state: "live" }, ...new Array(280).fill(LONG)],
    `${SERVER_CONTROL_BYTES / 1024} KiB of messages in a second`,
  ],
];
for (const [what, flood, complaint] of MESSAGE_FLOODS) {
  Deno.test(`receive() leaves a server that floods it with ${what}, and tries it less and less often`, async () => {
    await using server = sending(...flood);
    await using receiver = receive(HOST, { port: server.port });
    const waits: number[] = [];
    for await (const status of receiver.connection.follow()) {
      if (status.state !== "connecting" || status.retryAt === undefined) continue;
      assertStringIncludes(status.reason!, complaint);
      if (waits.push(status.retryAt - now()) === 3) break;
    }
    assert(waits[2] > waits[0], String(waits));
  });
}

const FLOODS: readonly [what: string, message: number[]][] = [
  ["frames", [0, 0, 0, 4, 0xff, 0xd8, 0xff, 0xd9]],
  ["empty messages", [0, 0, 0, 0]],
];
for (const [what, message] of FLOODS) {
  Deno.test(`receive() reads a flood of ${what} second by second, and stays connected`, async () => {
    const tiny = new Uint8Array(message);
    const flood = new Uint8Array(tiny.length * (MAX_FRAMES_PER_SECOND + 1));
    for (let at = 0; at < flood.length; at += tiny.length) flood.set(tiny, at);
    const startedAt = performance.now();
    await using server = new ScriptedServer(async (client) => {
      await client.send({ type: "welcome", version: 1, camera: { name: "door", mode: "MJPEG" } });
      await client.write(flood);
      await client.send({ type: "camera", state: "lost", reason: "after the flood" });
    });
    await using receiver = receive(HOST, { port: server.port });
    const reconnects = receiver.connection.follow();
    await until(
      receiver.status,
      (status) => "reason" in status && status.reason === "after the flood",
    );
    assert(
      performance.now() - startedAt >= 990,
      "the one after the last of a second was not put off",
    );
    const { value: connection } = await reconnects.next();
    assertEquals(connection!.state, "connected");
    await reconnects.return();
  });
}

Deno.test("receive() takes the camera for live when frames come, even if the server says otherwise", async () => {
  await using server = new ScriptedServer(async (client) => {
    await client.send({ type: "welcome", version: 1, camera: { name: "door", mode: "MJPEG" } });
    await client.write(new Uint8Array([0, 0, 0, 4, 0xff, 0xd8, 0xff, 0xd9]));
  });
  await using receiver = receive(HOST, { port: server.port });
  await until(receiver.status, ({ state }) => state === "live");
});
