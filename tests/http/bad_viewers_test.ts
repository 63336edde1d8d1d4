import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import type { Frame } from "../../lib/frame/frame.ts";
import { PATIENCE_MS } from "../support/eventually.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { liveBytes } from "../support/live_bytes.ts";
import { type Part, partsOf } from "../support/multipart.ts";
import { testPictures } from "../support/pictures.ts";
import { read, STREAM, TestServer } from "../support/viewer_server.ts";

const [picture] = await testPictures(1);
/** As large as the picture of a webcam. */
const large = new Uint8Array(60_000);
large.set(picture.subarray(0, -2));
large.set(picture.subarray(-2), large.length - 2);

/** A well-behaved viewer, which must notice nothing of the bad ones. */
class GoodViewer implements AsyncDisposable {
  readonly #parts: AsyncGenerator<Part>;

  private constructor(parts: AsyncGenerator<Part>) {
    this.#parts = parts;
  }

  static async watch(server: TestServer): Promise<GoodViewer> {
    return new GoodViewer(partsOf(await server.get("/stream")));
  }

  /** Publishes this many frames, and waits for each to arrive. */
  async sees(server: TestServer, count: number): Promise<void> {
    for (let sequence = 1; sequence <= count; sequence++) {
      const frame = ownedFrameOf(large, sequence);
      server.frames.publish(frame);
      await deadline(this.#until(frame), PATIENCE_MS);
    }
  }

  async #until({ capturedAt }: Frame): Promise<void> {
    const time = (capturedAt / 1000).toFixed(6);
    while ((await this.#parts.next()).value!.headers.get("x-timestamp") !== time);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.return(undefined);
  }
}

/** How many descriptors this process has open. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

Deno.test("serveHttp() needs no more memory when viewers read nothing", async () => {
  await using server = await TestServer.start();
  await using viewer = await GoodViewer.watch(server);
  const stalled = await Promise.all(Array.from({ length: 10 }, () => server.say(STREAM)));
  await server.viewers(11);
  // First, the buffers of the kernel fill up.
  await viewer.sees(server, 500);
  const before = liveBytes();
  await viewer.sees(server, 3000);
  const grown = (liveBytes() - before) / 2 ** 20;
  // Ten queues of these frames would be 1.7 GiB.
  assert(grown < 20, `${grown} MiB more`);
  for (const connection of stalled) connection.close();
  await server.viewers(1);
});

Deno.test("serveHttp() serves all viewers when one of them reads a byte at a time", async () => {
  await using server = await TestServer.start();
  await using viewer = await GoodViewer.watch(server);
  using slow = await server.say(STREAM);
  await server.viewers(2);
  const byte = new Uint8Array(1);
  let read = 0;
  const reading = (async () => {
    while (await slow.read(byte).catch(() => null)) read++;
  })();
  await viewer.sees(server, 200);
  assert(read > 0);
  slow.close();
  await reading;
  await server.viewers(1);
});

Deno.test("serveHttp() forgets viewers that leave in mid-frame", async () => {
  await using server = await TestServer.start();
  await using viewer = await GoodViewer.watch(server);
  await viewer.sees(server, 1);
  const before = descriptors();
  const COUNT = 100;
  for (let i = 0; i < COUNT; i++) {
    const connection = await server.say(STREAM);
    await server.viewers(2);
    server.frames.publish(ownedFrameOf(large));
    await connection.read(new Uint8Array(1000));
    connection.close();
    await server.viewers(1);
  }
  await viewer.sees(server, 10);
  // Requests for the state keep a few connections open; a leak would leave one for each viewer.
  assert(descriptors() < before + COUNT / 4, `${descriptors()} descriptors, ${before} before`);
  assertEquals(server.frames.subscribers, 1);
});

Deno.test("serveHttp() streams after other requests on the same connection, and forgets the viewer", async () => {
  await using server = await TestServer.start();
  const health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const connection = await server.say(health + STREAM + STREAM);
  // The second stream would come after the end of the first one.
  await server.viewers(1);
  server.frames.publish(frameOf(large));
  const text = await read(connection, 1000);
  assertMatch(text, /^HTTP\/1.1 200 .*\r\n\r\nok\nHTTP\/1.1 200 .*\r\n\r\n--frame\r\n/s);
  connection.close();
  await server.viewers(0);
  assertEquals(server.frames.subscribers, 0);
});

Deno.test("serveHttp() keeps no memory and no descriptors when 10,000 clients connect and leave", async () => {
  await using server = await TestServer.start();
  await using viewer = await GoodViewer.watch(server);
  await viewer.sees(server, 1);
  const requests = [
    "",
    "GET /st",
    STREAM,
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "nonsense\r\n\r\n",
  ];
  const storm = async (count: number) => {
    for (let done = 0; done < count; done += 20) {
      await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        const connection = await server.say(requests[(done + i) % requests.length]);
        connection.close();
      }));
      if (done % 1000 === 0) await viewer.sees(server, 3);
    }
    // Snapshots wait even if nobody waits for them any more: this frame ends them.
    await viewer.sees(server, 1);
    await server.viewers(1);
  };
  await storm(2000);
  const [fds, live] = [descriptors(), liveBytes()];
  await storm(10_000);
  await viewer.sees(server, 10);
  assert(descriptors() < fds + 10, `${descriptors()} descriptors, ${fds} before`);
  // A leak of 1 KiB a client would be 10 MiB.
  const grown = (liveBytes() - live) / 2 ** 20;
  assert(grown < 5, `${grown} MiB more`);
  assertEquals(server.frames.subscribers, 1);
});

Deno.test("serveHttp() serves all of 1,000 viewers that connect at once", async () => {
  await using server = await TestServer.start();
  // Few frames, since a thousand viewers in this same thread are busy with their connections.
  const camera = setInterval(() => server.frames.publish(ownedFrameOf(large)), 200);
  try {
    const connections = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const connection = await server.say(STREAM);
        const buffer = new Uint8Array(65_536);
        for (let read = 0; read < large.length;) read += await connection.read(buffer) ?? NaN;
        return connection;
      }),
    );
    for (const connection of connections) connection.close();
    await server.viewers(0);
  } finally {
    clearInterval(camera);
  }
});
