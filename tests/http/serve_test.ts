import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { MAX_HEAD_BYTES, REQUEST_MS, serveViewers } from "../../lib/http/serve.ts";
import { REPEAT_MS } from "../../lib/http/viewer.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { frameOf } from "../support/frames.ts";
import { partsOf } from "../support/multipart.ts";
import { testPictures } from "../support/pictures.ts";
import { read, rest, STREAM, TestServer } from "../support/viewer_server.ts";

const pictures = await testPictures(3);

Deno.test("serveViewers() streams each frame as a part with its length and its time", async () => {
  await using server = await TestServer.start();
  for (const path of ["/stream", "/stream.mjpg", "/?action=stream", "/stream?bypassCache=1"]) {
    const response = await server.get(path);
    assertEquals(response.status, 200);
    const parts = partsOf(response);
    for (const picture of pictures) {
      const frame = frameOf(picture);
      const part = parts.next();
      server.frames.publish(frame);
      const { headers, body } = (await part).value!;
      assertEquals(body, frame.bytes);
      assertEquals(headers.get("content-type"), "image/jpeg");
      assertEquals(headers.get("x-timestamp"), (frame.capturedAt / 1000).toFixed(6));
    }
    await parts.return(undefined);
  }
});

Deno.test("serveViewers() sends the boundary that ends a part together with the part", async () => {
  await using server = await TestServer.start();
  using connection = await server.say(STREAM);
  let head = "";
  while (!head.endsWith("\r\n\r\n--frame\r\n")) head += await read(connection, 1);
  const frame = frameOf(pictures[0]);
  server.frames.publish(frame);
  let part = "";
  while (!part.includes("\r\n\r\n")) part += await read(connection, 1);
  assert((await read(connection, frame.bytes.length + 11)).endsWith("\xff\xd9\r\n--frame\r\n"));
});

Deno.test("serveViewers() streams without chunks, to HTTP/1.0 as well, and closes at the end", async () => {
  for (const asked of [STREAM, "GET /stream HTTP/1.0\r\n\r\n"]) {
    await using server = await TestServer.start();
    const connection = await server.say(asked);
    await server.viewers(1);
    server.frames.close();
    const answer = await rest(connection);
    assertStringIncludes(answer, "HTTP/1.1 200 OK\r\n");
    assertStringIncludes(answer.toLowerCase(), "connection: close\r\n");
    assert(!answer.toLowerCase().includes("transfer-encoding"), answer);
    assert(answer.endsWith("\r\n\r\n--frame\r\n"), answer);
  }
});

Deno.test("serveViewers() sends the last frame again when no other comes", async () => {
  await using server = await TestServer.start();
  const parts = partsOf(await server.get("/stream"));
  const first = parts.next();
  const frame = frameOf(pictures[0]);
  server.frames.publish(frame);
  await first;
  for (let i = 0; i < 3; i++) {
    const startedAt = performance.now();
    assertEquals((await parts.next()).value!.body, frame.bytes);
    const waited = performance.now() - startedAt;
    assert(waited > REPEAT_MS / 2 && waited < 2 * REPEAT_MS, `${waited} ms`);
  }
  await parts.return(undefined);
});

Deno.test("serveViewers() streams fewer frames when it is asked to", async () => {
  await using server = await TestServer.start();
  const parts = partsOf(await server.get("/stream?fps=0.1"));
  const first = parts.next();
  const frame = frameOf(pictures[0]);
  server.frames.publish(frame);
  assertEquals((await first).value!.body, frame.bytes);
  // The next one comes too early: what comes instead is the same again, after a while.
  const second = parts.next();
  server.frames.publish(frameOf(pictures[1]));
  assertEquals((await second).value!.body, frame.bytes);
  await parts.return(undefined);
});

Deno.test("serveViewers() shows a notice once a second while the source is lost, then frames again", async () => {
  const notice = frameOf(pictures[2], 7);
  const drawn: unknown[] = [];
  await using server = await TestServer.start({
    drawNotice: (words, last) => {
      drawn.push([words, last?.sequence]);
      return Promise.resolve(notice);
    },
  });
  const parts = partsOf(await server.get("/stream"));
  const first = parts.next();
  server.frames.publish(frameOf(pictures[0], 3));
  await first;
  const lostAt = performance.now();
  server.state = LOST;
  assertEquals((await parts.next()).value!.body, notice.bytes);
  assert(performance.now() - lostAt < 2 * REPEAT_MS);
  assertEquals((await parts.next()).value!.body, notice.bytes);
  assertEquals(drawn, [["unplugged", 3]]);
  server.state = LIVE;
  const again = parts.next();
  const frame = frameOf(pictures[1], 4);
  server.frames.publish(frame);
  assertEquals((await again).value!.body, frame.bytes);
  await parts.return(undefined);
});

Deno.test("serveViewers() shows the notice as well where no frame ever came", async () => {
  const notice = frameOf(pictures[2]);
  await using server = await TestServer.start({ drawNotice: () => Promise.resolve(notice) });
  server.state = LOST;
  const parts = partsOf(await server.get("/stream"));
  assertEquals((await parts.next()).value!.body, notice.bytes);
  await parts.return(undefined);
});

Deno.test("serveViewers() shows the last frame where a notice cannot be drawn", async () => {
  await using server = await TestServer.start({
    drawNotice: () => Promise.reject(new Error("no font")),
  });
  server.state = LOST;
  const parts = partsOf(await server.get("/stream"));
  const frame = frameOf(pictures[0]);
  const first = parts.next();
  server.frames.publish(frame);
  await first;
  assertEquals((await parts.next()).value!.body, frame.bytes);
  await parts.return(undefined);
});

Deno.test("serveViewers() keeps a connection for the next request, and ends it after a body", async () => {
  await using server = await TestServer.start();
  const ask = (more = "") => `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  using twice = await server.say(ask() + ask("Connection: close\r\n"));
  assertEquals((await rest(twice)).match(/^ok$/gm)?.length, 2);
  using posted = await server.say(
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
  );
  assertStringIncludes(await rest(posted), "HTTP/1.1 405 ");
});

Deno.test("serveViewers() answers what is no request with one sentence", async () => {
  await using server = await TestServer.start();
  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(MAX_HEAD_BYTES)}\r\n\r\n`;
  for (
    const [said, status, words] of [
      ["\0\x01\x02\r\n\r\n", 400, "This is no HTTP request"],
      ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "This is no address"],
      [long, 431, `The head of the request is longer than ${MAX_HEAD_BYTES} bytes`],
    ] as const
  ) {
    using connection = await server.say(said);
    const answer = await rest(connection);
    assertStringIncludes(answer, `HTTP/1.1 ${status} `);
    assertStringIncludes(answer, `${words}\n`);
  }
});

Deno.test("serveViewers() waits for a request only so long", async () => {
  await using server = await TestServer.start();
  using connection = await server.say("GET / HTTP/1.1\r\nHost: loc");
  const answer = await deadline(rest(connection), REQUEST_MS + 5000);
  assertStringIncludes(answer, "HTTP/1.1 408 ");
});

Deno.test("serveViewers() says how to mend it when its port is taken", async () => {
  await using server = await TestServer.start();
  const again = () =>
    serveViewers(new Hub<Frame>(), {
      host: "127.0.0.1",
      port: server.port,
      readState: () => LIVE,
    });
  await assertRejects(again, Error, "choose another with --http-port");
});

Deno.test("serveViewers() ends its streams when it is closed, also those that nobody reads", async () => {
  const server = await TestServer.start();
  using watching = await server.say(STREAM);
  using stalled = await server.say(STREAM);
  await server.viewers(2);
  const picture = frameOf(new Uint8Array([...pictures[0], ...new Uint8Array(8 << 20)]));
  for (let i = 0; i < 3; i++) server.frames.publish({ ...picture });
  await deadline(server[Symbol.asyncDispose](), 2000);
  await rest(watching).catch(() => {});
  stalled.close();
});
