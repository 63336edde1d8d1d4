import { assert, assertEquals } from "@std/assert";
import { readExif } from "../../lib/frame/exif_block.js";
import { busyPictures } from "../support/feed.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { partsOf } from "../support/multipart.ts";
import { STREAM, TestServer } from "../support/viewer_server.ts";

const pictures = await busyPictures(5);
const FRAMES = 200;

/** Publishes frames, each when the one before has reached `viewer`; returns their bytes. */
async function publish(server: TestServer, viewer: AsyncIterator<unknown>) {
  const buffers: ArrayBuffer[] = [];
  const copies: Uint8Array<ArrayBuffer>[] = [];
  let next = viewer.next();
  await server.viewers(3);
  for (let i = 0; i < FRAMES; i++) {
    const frame = ownedFrameOf(pictures[i % pictures.length], i);
    buffers.push(frame.bytes.buffer);
    copies.push(frame.bytes.slice());
    server.frames.publish(frame);
    await next;
    next = viewer.next();
  }
  return { buffers, copies };
}

async function* streamed(server: TestServer): AsyncGenerator<Uint8Array> {
  for await (const { body } of partsOf(await server.get("/stream"))) yield body;
}

Deno.test("all kinds of viewers get whole frames while the memory of old ones is freed", async () => {
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
  const watchSlowly = async () => {
    while (!isOver) {
      seen.push((await slow.next()).value);
      seen.push(await (await server.get("/snapshot")).bytes());
    }
    await slow.return(undefined);
  };
  /** How many frames may be left to the garbage collector: those whose write was cut off. */
  let left = 2;
  const hangUp = async () => {
    while (left < FRAMES / 2) {
      using connection = await server.say(STREAM);
      left++;
      await connection.read(new Uint8Array(60_000));
    }
  };
  const watching = async function* () {
    for await (const frame of quick) yield seen.push(frame);
  };
  const others = [watchSlowly()];
  const publishing = publish(server, watching());
  await server.viewers(3);
  others.push(hangUp());
  const { buffers, copies } = await publishing;
  isOver = true;
  const last = frameOf(pictures[(FRAMES - 1) % pictures.length], FRAMES);
  const timer = setInterval(() => {
    last.retain();
    server.frames.publish(last);
  }, 100);
  await Promise.all(others);
  clearInterval(timer);
  await new Promise((resolve) => [socket.onclose] = [resolve, socket.close()]);

  copies.push(last.bytes);
  for (const frame of seen) assertEquals(frame, copies[readExif(frame)!.sequence]);
  assert(seen.length > FRAMES * 2, `${seen.length} frames`);
  const kept = buffers.filter(({ detached }) => !detached).length;
  assert(kept <= left, `${kept} were not freed, ${left} may be left`);
});
