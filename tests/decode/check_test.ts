import { assert, assertEquals, assertMatch } from "@std/assert";
import { checkFrames } from "../../lib/decode/check.ts";
import type { DecodeStage } from "../../lib/decode/stage.ts";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const pictures = await testPictures(8, "640x360");

/** A source, its check, and a subscription to what passes. */
function start(workers: number) {
  const { promise: watched, resolve } = Promise.withResolvers<void>();
  const source = new Hub<Frame>((wanted) => {
    if (wanted) resolve();
  });
  const check = checkFrames(source, { workers });
  return { source, check, watched };
}

/** Settles when a frame was judged, either way. */
async function judged(check: DecodeStage, count: number): Promise<void> {
  while (check.counts.published + check.counts.corrupt < count) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

Deno.test("checkFrames() hands on what decodes, as the bytes it came in", async () => {
  const { source, check, watched } = start(1);
  await using _ = check;
  using frames = check.frames.subscribe();
  await watched;
  for (const [i, picture] of pictures.entries()) {
    const frame = frameOf(picture, i);
    const bytes = frame.bytes.slice();
    source.publish(frame);
    const { value } = await frames.next();
    assertEquals(value?.bytes, bytes);
  }
  assertEquals(check.counts, { published: pictures.length, corrupt: 0, skipped: 0 });
  assertEquals(check.size, { width: 640, height: 360 });
  assert(check.durations.read(0.5)! > 0);
});

Deno.test("checkFrames() stops a damaged frame, and no other", async () => {
  const { source, check, watched } = start(1);
  await using _ = check;
  using frames = check.frames.subscribe();
  await watched;
  const good = frameOf(pictures[0]);
  const damages: ((bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>)[] = [
    (bytes) => bytes.slice(0, bytes.length / 2),
    (bytes) => bytes.slice(0, -2),
    (bytes) => bytes.fill(0xff, 400, 500),
    (bytes) => bytes.slice(0, 0),
    (bytes) => crypto.getRandomValues(bytes.slice(0, 5000)),
  ];
  for (const [i, damage] of damages.entries()) {
    source.publish({ ...good, bytes: damage(good.bytes.slice()) });
    await judged(check, 2 * i + 1);
    assertEquals(check.counts.corrupt, i + 1);
    source.publish(good);
    assertEquals((await frames.next()).value, good);
  }
});

Deno.test("checkFrames() refuses a picture of too many pixels before it decodes it", async () => {
  const { source, check, watched } = start(1);
  await using _ = check;
  using frames = check.frames.subscribe();
  await watched;
  const frame = frameOf(pictures[0]);
  const at = frame.bytes.findIndex((byte, i) => byte === 0xff && frame.bytes[i + 1] === 0xc0);
  frame.bytes.set([0xff, 0xff, 0xff, 0xff], at + 5);
  source.publish(frame);
  await judged(check, 1);
  assertEquals(check.lastError, "it is 65535x65535 pixels; 64000000 in all are the most");
  void frames;
});

Deno.test("checkFrames() refuses a picture of more pixels than its bytes can hold", async () => {
  const { source, check, watched } = start(1);
  await using _ = check;
  using frames = check.frames.subscribe();
  await watched;
  const frame = frameOf(pictures[0]);
  const at = frame.bytes.findIndex((byte, i) => byte === 0xff && frame.bytes[i + 1] === 0xc0);
  // 8000x8000 is just what may be announced, in more bytes.
  frame.bytes.set([8000 >> 8, 8000 & 255, 8000 >> 8, 8000 & 255], at + 5);
  source.publish(frame);
  await judged(check, 1);
  assertMatch(check.lastError!, /^it is \d+ bytes, too few for 8000x8000 pixels$/);
  void frames;
});

Deno.test("checkFrames() hands frames on in order when several are decoded at once", async () => {
  const { source, check, watched } = start(2);
  await using _ = check;
  using frames = check.frames.subscribe();
  await watched;
  const [large] = await testPictures(1, "1920x1080");
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { sequence } of frames) seen.push(sequence);
  })();
  // A large one takes longer than the small one behind it.
  for (let sequence = 1; sequence <= 40; sequence++) {
    source.publish(frameOf(sequence % 2 ? large : pictures[0], sequence));
    await new Promise((resolve) => setTimeout(resolve));
  }
  while (seen.at(-1) !== 40) await new Promise((resolve) => setTimeout(resolve));
  await frames.return();
  await reading;
  const { published, corrupt, skipped } = check.counts;
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals([seen.length, published + skipped, corrupt], [published, 40, 0]);
  assert(published > 1);
});

Deno.test("checkFrames() decodes nothing while nobody watches", async () => {
  const { source, check, watched } = start(1);
  await using _ = check;
  source.publish(frameOf(pictures[0]));
  assertEquals(source.subscribers, 0);
  const frames = check.frames.subscribe();
  await watched;
  assertEquals(source.subscribers, 1);
  await frames.return();
  while (source.subscribers > 0) await new Promise((resolve) => setTimeout(resolve));
  assertEquals(check.counts, { published: 0, corrupt: 0, skipped: 0 });
});
