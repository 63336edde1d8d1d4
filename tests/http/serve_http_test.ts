import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { ListenError } from "../../lib/access/listen_error.ts";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { REQUEST_MS } from "../../lib/http/connections.ts";
import { MAX_HEAD_BYTES } from "../../lib/http/request_head.ts";
import { serveHttp } from "../../lib/http/serve_http.ts";
import { MIN_FPS, REPEAT_MS } from "../../lib/http/viewer.ts";
import { selfSigned } from "../support/certificates.ts";
import { PATIENCE_MS } from "../support/eventually.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { partsOf } from "../support/multipart.ts";
import { testPictures } from "../support/pictures.ts";
import { StillTime } from "../support/still_time.ts";
import { read, rest, STREAM, TestServer } from "../support/viewer_server.ts";

const pictures = await testPictures(3);

Deno.test("serveHttp() streams each frame as a part with its length and its time", async () => {
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

Deno.test("serveHttp() sends the boundary behind a part together with the part", async () => {
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

Deno.test("serveHttp() streams without chunks, also with HTTP/1.0, and closes the connection at the end", async () => {
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

Deno.test("serveHttp() repeats the last frame when no new one comes", async () => {
  await using server = await TestServer.start();
  const parts = partsOf(await server.get("/stream"));
  const first = parts.next();
  const frame = frameOf(pictures[0]);
  server.frames.publish(frame);
  await first;
  const startedAt = performance.now();
  for (let i = 0; i < 3; i++) assertEquals((await parts.next()).value!.body, frame.bytes);
  // A busy machine may have taken its time to show the first one.
  const waited = performance.now() - startedAt;
  assert(waited > 1.5 * REPEAT_MS, `${waited} ms`);
  await parts.return(undefined);
});

Deno.test("serveHttp() streams fewer frames when the viewer asks for fewer", async () => {
  await using server = await TestServer.start();
  const parts = partsOf(await server.get(`/stream?fps=${MIN_FPS}`));
  const first = parts.next();
  const frame = frameOf(pictures[0]);
  server.frames.publish(frame);
  assertEquals((await first).value!.body, frame.bytes);
  // The next one is too early: after a while, the first one is repeated instead.
  const second = parts.next();
  server.frames.publish(frameOf(pictures[1]));
  assertEquals((await second).value!.body, frame.bytes);
  await parts.return(undefined);
});

Deno.test("serveHttp() shows a notice once a second while the source is lost, then frames again", async () => {
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
  server.state = LOST;
  assertEquals((await parts.next()).value!.body, notice.bytes);
  assertEquals((await parts.next()).value!.body, notice.bytes);
  assertEquals(drawn, [["unplugged", 3]]);
  server.state = LIVE;
  const again = parts.next();
  const frame = frameOf(pictures[1], 4);
  server.frames.publish(frame);
  assertEquals((await again).value!.body, frame.bytes);
  await parts.return(undefined);
});

Deno.test("serveHttp() shows a notice when there was no frame yet", async () => {
  const notice = frameOf(pictures[2]);
  await using server = await TestServer.start({ drawNotice: () => Promise.resolve(notice) });
  server.state = LOST;
  const parts = partsOf(await server.get("/stream"));
  assertEquals((await parts.next()).value!.body, notice.bytes);
  await parts.return(undefined);
});

Deno.test("serveHttp() repeats the last frame when a notice cannot be drawn", async () => {
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

Deno.test("serveHttp() streams and opens WebSockets over TLS", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { cert, key } = await selfSigned(folder);
    await using server = await TestServer.start({ cert, key });
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (const [path, headers, status] of [["/stream", "", "200"], ["/ws", upgrade, "101"]]) {
      using connection = await Deno.connectTls({ port: server.port, caCerts: [cert] });
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
      await connection.write(new TextEncoder().encode(request));
      let text = "";
      while (!text.endsWith("\r\n\r\n")) text += await read(connection, 1);
      assertStringIncludes(text, `HTTP/1.1 ${status} `);
      const frame = ownedFrameOf(pictures[0]);
      const jpeg = new TextDecoder("latin1").decode(frame.bytes);
      server.frames.publish(frame);
      while (!text.endsWith(jpeg)) text += await read(connection, 1);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("serveHttp() keeps a connection for the next request, and ends it after a body", async () => {
  await using server = await TestServer.start();
  const ask = (more = "") => `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  using twice = await server.say(ask() + ask("Connection: close\r\n"));
  assertEquals((await rest(twice)).match(/^ok$/gm)?.length, 2);
  using posted = await server.say(
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
  );
  assertStringIncludes(await rest(posted), "HTTP/1.1 405 ");
});

Deno.test("serveHttp() answers an invalid request with one sentence", async () => {
  await using server = await TestServer.start();
  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(MAX_HEAD_BYTES)}\r\n\r\n`;
  for (
    const [said, status, words] of [
      ["\0\x01\x02\r\n\r\n", 400, "This is not an HTTP request"],
      ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "This is not a valid address"],
      [long, 431, `The head of the request is longer than ${MAX_HEAD_BYTES} bytes`],
    ] as const
  ) {
    using connection = await server.say(said);
    const answer = await rest(connection);
    assertStringIncludes(answer, `HTTP/1.1 ${status} `);
    assertStringIncludes(answer, `${words}\n`);
  }
});

Deno.test("serveHttp() answers with 408 when a request does not arrive in time", async () => {
  await using server = await TestServer.start();
  using connection = await server.say("GET / HTTP/1.1\r\nHost: loc");
  const answer = await deadline(rest(connection), REQUEST_MS + PATIENCE_MS);
  assertStringIncludes(answer, "HTTP/1.1 408 ");
});

Deno.test("serveHttp() throws a ListenError when its port is taken", async () => {
  await using server = await TestServer.start();
  const { port } = server;
  const again = () => serveHttp(new Hub<Frame>(), { port, readState: () => LIVE });
  const error = await assertRejects(again, ListenError, `Port ${port} is taken`);
  assertEquals([error.code, error.service], ["EADDRINUSE", "http"]);
});

Deno.test("serveHttp() closes when its signal is aborted, and can be closed again", async () => {
  const ending = new AbortController();
  await using server = await TestServer.start({ signal: ending.signal });
  using watching = await server.say(STREAM);
  await server.viewers(1);
  ending.abort();
  await deadline(rest(watching).catch(() => {}), PATIENCE_MS);
  await assertRejects(() => server.say(STREAM), Deno.errors.ConnectionRefused);
});

Deno.test("serveHttp() rejects with the signal's reason when that is aborted already", async () => {
  const signal = AbortSignal.abort(new Error("no more"));
  await assertRejects(() => TestServer.start({ signal }), Error, "no more");
});

Deno.test("serveHttp() ends its streams when the frames end with an error, and answers still", async () => {
  await using server = await TestServer.start();
  using watching = await server.say(STREAM);
  await server.viewers(1);
  server.frames.close(new Error("the camera is gone"));
  assert((await rest(watching)).endsWith("\r\n\r\n--frame\r\n"));
  await server.viewers(0);
  assert((await rest(await server.say(STREAM))).endsWith("\r\n\r\n--frame\r\n"));
});

Deno.test("serveHttp() ends its streams when it is closed, including those that nobody reads", async () => {
  const server = await TestServer.start();
  using watching = await server.say(STREAM);
  using stalled = await server.say(STREAM);
  await server.viewers(2);
  const large = new Uint8Array(8 << 20);
  large.set(pictures[0].subarray(0, -2));
  large.set(pictures[0].subarray(-2), large.length - 2);
  for (let i = 0; i < 3; i++) server.frames.publish(frameOf(large));
  // It gives none of them up.
  using _ = new StillTime();
  await deadline(server[Symbol.asyncDispose](), PATIENCE_MS);
  await rest(watching).catch(() => {});
  stalled.close();
});
