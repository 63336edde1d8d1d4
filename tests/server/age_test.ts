import { assertEquals, assertLess } from "@std/assert";
import { delay } from "@std/async/delay";
import { now } from "../../lib/time/clock.js";
import { listen } from "../../lib/server/listen.ts";
import { receive } from "../../lib/client/receive.ts";
import { busyPictures, FPS, runFeed } from "../support/feed.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { SlowLink, type SlowLinkOptions } from "../support/slow_link.ts";
import { WireClient } from "../support/wire_client.ts";

const pictures = await busyPictures();
const HOST = "127.0.0.1";

interface Arrival {
  readonly at: number;
  readonly age: number;
  readonly bytes: number;
  readonly sequence: number;
}

/** What comes over a link while a feed of 25 Mbit/s runs and `script` happens. */
async function watch(
  options: Omit<SlowLinkOptions, "port">,
  script: (link: SlowLink) => Promise<void>,
): Promise<Arrival[]> {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  await using link = new SlowLink({ ...options, port: door.address.port });
  await using receiver = receive(HOST, { port: link.port });
  const ending = new AbortController();
  const feeding = runFeed(camera, pictures, ending.signal);
  const arrivals: Arrival[] = [];
  const watching = (async () => {
    for await (const { bytes, capturedAt, sequence } of receiver.frames.subscribe()) {
      arrivals.push({ at: now(), age: now() - capturedAt, bytes: bytes.length, sequence });
    }
  })();
  await script(link);
  ending.abort();
  await feeding;
  await receiver[Symbol.asyncDispose]();
  await watching;
  return arrivals;
}

function p95(frames: readonly Arrival[]): number {
  return frames.map(({ age }) => age).sort((a, b) => a - b)[Math.floor(frames.length * 0.95)];
}

Deno.test("a narrow link is full of frames that stay fresh when they are acknowledged", async () => {
  const frames = await watch({ mbits: 10, roundTripMs: 50 }, () => delay(10_000));
  const settled = frames.filter(({ at }) => at > frames[0].at + 2000);
  assertLess(p95(settled), 300);
  const bytes = settled.slice(1).reduce((sum, frame) => sum + frame.bytes, 0);
  const mbits = bytes * 8 / 1000 / (settled.at(-1)!.at - settled[0].at);
  assertLess(8.5, mbits);
});

Deno.test("a far link that is wide enough carries more than one frame a round trip", async () => {
  const frames = await watch({ mbits: 100, roundTripMs: 50 }, () => delay(8000));
  const settled = frames.filter(({ at }) => at > frames[0].at + 2000);
  const made = settled.at(-1)!.sequence - settled[0].sequence + 1;
  // One at a time would be 17 of 30. A busy machine skips some; the tests on links want them all.
  assertLess(0.8 * made, settled.length);
});

Deno.test("frames are fresh again within 1 s when a link is itself again after a drop", async () => {
  let backAt = Infinity;
  const frames = await watch({ mbits: 20, roundTripMs: 50 }, async (link) => {
    await delay(3000);
    link.mbits = 2;
    await delay(4000);
    link.mbits = 20;
    backAt = now();
    await delay(3000);
  });
  const after = frames.filter(({ at }) => at > backAt + 1000);
  assertLess(Math.max(...after.map(({ age }) => age)), 300);
});

Deno.test("one client of twenty that is stopped costs the others no frame", async () => {
  const camera = new FakeCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  const { port } = door.address;
  using _stopped = await WireClient.connect(port);
  const receivers = Array.from({ length: 19 }, () => receive(HOST, { port }));
  const mailboxes = receivers.map(({ frames }) => frames.subscribe());
  for (const { status } of receivers) await status.follow().next();
  // Far more than the kernel takes in for the one that reads nothing.
  for (let sequence = 1; sequence <= 150; sequence++) {
    camera.frames.publish(frameOf(pictures[sequence % pictures.length], sequence));
    const arrived = await Promise.all(mailboxes.map((mailbox) => mailbox.next()));
    assertEquals(arrived.map(({ value }) => value?.sequence), Array(19).fill(sequence));
  }
  for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
});

Deno.test("both ends find out that a link is dead within 10 s, and meet when it is back", async () => {
  const camera = new FakeCamera();
  const left = Promise.withResolvers<string | undefined>();
  await using door = listen(camera, {
    host: HOST,
    port: 0,
    onClient: ({ type, reason }) => type === "left" && left.resolve(reason),
  });
  await using link = new SlowLink({ port: door.address.port });
  await using receiver = receive(HOST, { port: link.port });
  using frames = receiver.frames.subscribe();
  await camera.watched;
  // Half a second of life: by then the server knows that this client asks again and again.
  const ending = new AbortController();
  const feeding = runFeed(camera, pictures, ending.signal);
  for (let i = 0; i < FPS / 2; i++) await frames.next();
  ending.abort();
  await feeding;
  const states = receiver.connection.subscribe();
  const cutAt = performance.now();
  link.cut();
  const { value: lost } = await states.next();
  assertEquals(lost?.state, "connecting");
  assertEquals(await left.promise, "it has been silent for 6 s");
  assertLess(performance.now() - cutAt, 10_000);
  link.restore();
  for await (const { state } of states) if (state === "connected") break;
  assertEquals(receiver.source.reconnects, 1);
});
