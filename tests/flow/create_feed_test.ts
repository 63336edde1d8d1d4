import { assert, assertEquals, assertThrows } from "@std/assert";
import { createFeed } from "../../lib/flow/create_feed.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { testPictures } from "../support/pictures.ts";

const [jpeg] = await testPictures(1);
const CAPTURED_AT = Date.UTC(2026, 10, 23);

Deno.test("createFeed() publishes JPEGs with the time they were given, numbered, from memory of its own", async () => {
  using feed = createFeed({ name: "painted" });
  using frames = feed.frames.subscribe();
  const original = jpeg.slice();
  for (const sequence of [1, 2]) {
    feed.publish(jpeg, { capturedAt: CAPTURED_AT });
    const frame = (await frames.next()).value!;
    assertEquals([frame.sequence, frame.capturedAt], [sequence, CAPTURED_AT]);
    assertEquals(readExif(frame.bytes), { sequence, capturedAt: CAPTURED_AT });
    assert(frame.bytes.buffer !== jpeg.buffer);
  }
  assertEquals(jpeg, original);
  assertEquals(feed.info, { name: "painted", mode: "" });
});

Deno.test("createFeed() is live from its first JPEG on, and lost until the next one", () => {
  using feed = createFeed();
  assertEquals(feed.status.latest?.state, "starting");
  feed.publish(jpeg);
  assertEquals(feed.status.latest?.state, "live");
  feed.lose("the brush broke");
  assertEquals(feed.status.latest, { state: "lost", reason: "the brush broke" });
  feed.publish(jpeg);
  assertEquals(feed.status.latest?.state, "live");
});

Deno.test("createFeed() refuses what is not a JPEG, and goes on with the next one", () => {
  using feed = createFeed();
  assertThrows(() => feed.publish(new Uint8Array(10)), JpegError, "FF D8");
  feed.publish(jpeg);
  assertEquals(feed.frames.latest?.sequence, 1);
});

Deno.test("a loop over a feed ends when the feed does", async () => {
  const feed = createFeed();
  const loop = Array.fromAsync(feed);
  feed[Symbol.dispose]();
  assertEquals(await loop, []);
});
