/** What strangers do to the endpoint, and what others notice of it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { MAX_CONNECTIONS } from "../../lib/http/connections.ts";
import { HANDSHAKE_MS } from "../../lib/http/http_server.ts";
import { selfSigned } from "../support/certificates.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";
import { ownedFrameOf } from "../support/frames.ts";
import { liveBytes } from "../support/live_bytes.ts";
import { testPictures } from "../support/pictures.ts";
import { StillTime } from "../support/still_time.ts";
import { rest, TestServer } from "../support/viewer_server.ts";

const [picture] = await testPictures(1);
const large = new Uint8Array(100_000);
large.set(picture.subarray(0, -2));
large.set(picture.subarray(-2), large.length - 2);

const folder = await Deno.makeTempDir();
const { cert, key } = await selfSigned(folder);
await Deno.remove(folder, { recursive: true });

/** Writes requests for as long as they are taken, and reads nothing. */
async function flood(server: TestServer, request: string): Promise<void> {
  const connection = await server.say(request);
  const requests = new TextEncoder().encode(request.repeat(2000));
  try {
    while (true) await connection.write(requests);
  } catch {
    // This is how it should end.
  } finally {
    connection.close();
  }
}

for (
  const { path, more, options } of [
    { path: "/state", options: { credentials: { password: "secret" } } },
    { path: "/state" },
    { path: "/snapshot" },
    { path: "/nothing", more: "Expect: the unexpected\r\n" },
  ]
) {
  Deno.test(`serveHttp() hangs up on ${path} ${more ?? ""}without end, and its memory stays`, async () => {
    await using server = await TestServer.start(options);
    const camera = setInterval(() => server.frames.publish(ownedFrameOf(large)), 20);
    let highest = 0;
    const watch = setInterval(() => highest = Math.max(highest, liveBytes()), 100);
    try {
      const before = liveBytes();
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more ?? ""}\r\n`;
      const floods = Array.from({ length: 10 }, () => flood(server, request));
      await deadline(Promise.all(floods), 2 * PATIENCE_MS);
      const grown = (highest - before) / 2 ** 20;
      assert(grown < 100, `${grown} MiB more`);
      assertEquals((await server.get("/ws")).status, options ? 401 : 426);
    } finally {
      clearInterval(camera);
      clearInterval(watch);
    }
  });
}

Deno.test("serveHttp() answers 1,000 requests of a connection that waits for each answer", async () => {
  await using server = await TestServer.start();
  using connection = await server.say("");
  const buffer = new Uint8Array(1000);
  const request = new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (let i = 0; i < 1000; i++) {
    await connection.write(request);
    let text = "";
    while (!text.endsWith("ok\n")) {
      text += new TextDecoder().decode(buffer.subarray(0, (await connection.read(buffer))!));
    }
  }
});

Deno.test("serveHttp() serves others while more connections than it has places say nothing", async () => {
  // Nobody has to leave for having stayed too long.
  using _ = new StillTime();
  for (const tls of [false, true]) {
    await using server = await TestServer.start(tls ? { cert, key } : {});
    const silent = await Promise.all(
      Array.from({ length: MAX_CONNECTIONS + 30 }, () => server.say("")),
    );
    const client = Deno.createHttpClient({ caCerts: [cert] });
    const url = `${tls ? "https" : "http"}://localhost:${server.port}/healthz`;
    assertEquals(await (await deadline(fetch(url, { client }), PATIENCE_MS)).text(), "ok\n");
    client.close();
    for (const connection of silent) connection.close();
  }
});

Deno.test("serveHttp() ends connections that do not finish their TLS handshake", async () => {
  // Only the limit of the handshake is reached.
  using _ = new StillTime();
  await using server = await TestServer.start({ cert, key });
  using silent = await server.say("");
  // The first bytes of a client's greeting, and of something else.
  using begun = await server.say("\x16\x03\x01\x01\x00\x01");
  using plain = await server.say("GET / HTTP/1.1\r\n\r\n");
  const ended = [silent, begun, plain].map((connection) => rest(connection).catch(() => {}));
  await deadline(Promise.all(ended), HANDSHAKE_MS + PATIENCE_MS);
});

Deno.test("serveHttp() closes in time with connections in any state", async () => {
  // No other limit ends a connection.
  using _ = new StillTime();
  for (const options of [{}, { cert, key }]) {
    const server = await TestServer.start(options);
    const said = [
      "",
      "\x16\x03\x01",
      "GET / HT",
      "GET /snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
    const connections = await Promise.all(said.map((text) => server.say(text)));
    await eventually(
      () => "cert" in options || server.frames.subscribers > 0,
      () => "nobody waits",
    );
    await deadline(server[Symbol.asyncDispose](), PATIENCE_MS);
    const ended = connections.map((connection) => rest(connection).catch(() => {}));
    await deadline(Promise.all(ended), PATIENCE_MS);
  }
});

Deno.test("/state stays short with many viewers whose addresses are long, and counts them all", async () => {
  await using server = await TestServer.start();
  const viewers = await Promise.all(
    Array.from(
      { length: 200 },
      () => server.say(`GET /stream?${"x".repeat(15_000)}%1b HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    ),
  );
  await server.viewers(200);
  const text = await (await server.get("/state")).text();
  assert(text.length < 20_000, `${text.length} bytes`);
  assertStringIncludes(text, '"viewerCount":200');
  for (const viewer of viewers) viewer.close();
  await server.viewers(0);
});
