import { assert, assertEquals } from "@std/assert";
import { readExif } from "../../lib/frame/exif.ts";
import { lentFrame } from "../../lib/flow/release.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { busyPictures } from "../support/feed.ts";
import { frameOf } from "../support/frames.ts";
import { partsOf } from "../support/multipart.ts";
import { STREAM, TestServer } from "../support/viewer_server.ts";

const pictures = await busyPictures(5);
const FRAMES = 200;

/** Publishes frames, each when the one before has come to `viewer`; says how they were. */
async function publish(server: TestServer, viewer: AsyncIterator<unknown>) {
  const frames: Frame[] = [];
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  let next = viewer.next();
  await server.viewers(3);
  for (let i = 0; i < FRAMES; i++) {
    const frame = lentFrame(frameOf(pictures[i % pictures.length], i));
    frames.push(frame);
    bytes.push(frame.bytes.slice());
    server.frames.publish(frame);
    await next;
    next = viewer.next();
  }
  return { frames, bytes };
}

async function* streamed(server: TestServer): AsyncGenerator<Uint8Array> {
  for await (const { body } of partsOf(await server.get("/stream"))) yield body;
}

Deno.test("viewers of all kinds get whole pictures while the memory of old ones is given back", async () => {
  await using server = await TestServer.start();
  const seen: Uint8Array[] = [];
  const quick = streamed(server);
  const slow = streamed(server);
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    seen.push(new Uint8Array(data));
    socket.send("");
  };
  await new Promise((resolve) => socket.onopen = resolve);
  let isOver = false;
  /** How many frames at most are left to the collector: what is copied at leisure, or cut off. */
  let left = 2;
  const watchSlowly = async () => {
    while (!isOver) {
      seen.push((await slow.next()).value);
      if (left > FRAMES / 4) continue;
      left++;
      seen.push(await (await server.get("/snapshot")).bytes());
    }
    await slow.return(undefined);
  };
  const hangUp = async () => {
    while (left < FRAMES / 2) {
      using connection = await server.say(STREAM);
      left++;
      await connection.read(new Uint8Array(60_000));
    }
  };
  const watching = async function* () {
    for await (const picture of quick) yield seen.push(picture);
  };
  const others = [watchSlowly()];
  const publishing = publish(server, watching());
  await server.viewers(3);
  others.push(hangUp());
  const { frames, bytes } = await publishing;
  isOver = true;
  const last = { ...frames.at(-1)!, bytes: bytes.at(-1)! };
  const timer = setInterval(() => server.frames.publish(last), 100);
  await Promise.all(others);
  clearInterval(timer);
  await new Promise((resolve) => [socket.onclose] = [resolve, socket.close()]);

  for (const picture of seen) assertEquals(picture, bytes[readExif(picture)!.sequence]);
  assert(seen.length > FRAMES * 2, `${seen.length} pictures`);
  const kept = frames.filter((frame) => frame.bytes.length > 0).length;
  assert(kept <= left, `${kept} were not given back, ${left} had to be left`);
});
