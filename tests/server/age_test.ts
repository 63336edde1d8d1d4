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
  /** In milliseconds. */
  readonly age: number;
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
    for await (const { capturedAt, sequence } of receiver.frames.subscribe()) {
      arrivals.push({ age: now() - capturedAt, sequence });
    }
  })();
  await script(link);
  ending.abort();
  await feeding;
  await receiver[Symbol.asyncDispose]();
  await watching;
  return arrivals;
}

/** How long the link that cannot keep up carries frames, in milliseconds. */
const NARROW_MS = 10_000;

Deno.test("a link that is too narrow skips frames and queues none", async () => {
  const frames = await watch({ mbits: 5, roundTripMs: 50 }, () => delay(NARROW_MS));
  const made = frames.at(-1)!.sequence - frames[0].sequence + 1;
  assertLess(frames.length, made);
  // With a queue, the last frame would be as old as four fifths of the time.
  assertLess(frames.at(-1)!.age, NARROW_MS / 2);
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

Deno.test("both ends find out that a link is dead, and meet when it is back", async () => {
  const camera = new FakeCamera();
  const left = Promise.withResolvers<string | undefined>();
  await using door = listen(camera, {
    host: HOST,
    port: 0,
    onClient: ({ type, reason }) => type === "left" && left.resolve(reason),
  });
  await using link = new SlowLink({ port: door.address.port });
  await using receiver = receive(HOST, { port: link.port });
  await camera.watched;
  // Half a second of life: by then the server knows that this client asks again and again.
  const ending = new AbortController();
  const feeding = runFeed(camera, pictures, ending.signal);
  using frames = receiver.frames.subscribe();
  for (let i = 0; i < FPS / 2; i++) await frames.next();
  ending.abort();
  await feeding;
  const states = receiver.connection.subscribe();
  link.cut();
  const { value: lost } = await states.next();
  assertEquals(lost?.state, "connecting");
  assertEquals(await left.promise, "it has been silent for 6 s");
  link.restore();
  for await (const { state } of states) if (state === "connected") break;
  assertEquals(receiver.source.reconnects, 1);
});
