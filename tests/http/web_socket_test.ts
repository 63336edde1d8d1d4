import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { FIRST_IN_FLIGHT } from "../../lib/flow/link_estimate.ts";
import { MAX_MESSAGE_BYTES } from "../../lib/http/web_socket.ts";
import { PATIENCE_MS } from "../support/eventually.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { read, rest, TestServer } from "../support/viewer_server.ts";

const pictures = await testPictures(3);

/** The page's end of a WebSocket, which takes one message at a time. */
class Page implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #messages: Uint8Array[] = [];
  readonly #closed = Promise.withResolvers<CloseEvent>();
  #changed = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#messages.push(new Uint8Array(data));
      this.#changed();
    };
    socket.onclose = (event) => this.#closed.resolve(event);
  }

  static async open(server: TestServer, path = "/ws"): Promise<Page> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
    const page = new Page(socket);
    await new Promise((resolve, reject) => [socket.onopen, socket.onerror] = [resolve, reject]);
    return page;
  }

  get waiting(): number {
    return this.#messages.length;
  }

  async next(): Promise<Uint8Array> {
    while (this.#messages.length === 0) {
      await deadline(new Promise<void>((resolve) => this.#changed = resolve), PATIENCE_MS);
    }
    return this.#messages.shift()!;
  }

  send(message: string): void {
    this.#socket.send(message);
  }

  async closed(): Promise<CloseEvent> {
    return await deadline(this.#closed.promise, PATIENCE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed();
  }
}

/** A request for a WebSocket. */
function handshake(headers: Record<string, string> = {}, path = "/ws"): string {
  const all = {
    host: "localhost",
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

Deno.test("/ws sends each frame as a binary message", async () => {
  await using server = await TestServer.start();
  await using page = await Page.open(server);
  for (const [i, picture] of pictures.entries()) {
    const frame = frameOf(picture, i);
    server.frames.publish(frame);
    assertEquals(await page.next(), frame.bytes);
    page.send("");
  }
});

Deno.test("/ws waits for acknowledgements, and then sends the newest frame", async () => {
  await using server = await TestServer.start();
  await using page = await Page.open(server);
  for (let sequence = 1; sequence <= FIRST_IN_FLIGHT; sequence++) {
    server.frames.publish(frameOf(pictures[0], sequence));
    await page.next();
  }
  const frames = Array.from({ length: 10 }, (_, i) => frameOf(pictures[0], 10 + i));
  for (const frame of frames) {
    server.frames.publish(frame);
    // A frame sent by mistake would arrive before this answer.
    await server.viewers(1);
  }
  assertEquals(page.waiting, 0);
  page.send("");
  assertEquals(await page.next(), frames.at(-1)!.bytes);
});

Deno.test("/ws appears in /state until it is closed", async () => {
  await using server = await TestServer.start();
  {
    await using page = await Page.open(server, "/ws?fps=5");
    server.frames.publish(frameOf(pictures[0]));
    await page.next();
    const [viewer] = (await (await server.get("/state")).json()).viewers;
    assertEquals(viewer.path, "/ws?fps=5");
  }
  await server.viewers(0);
  assertEquals(server.frames.subscribers, 0);
});

Deno.test("/ws disappears from /state when its connection breaks", async () => {
  await using server = await TestServer.start();
  const connection = await server.say(handshake());
  await server.viewers(1);
  connection.close();
  await server.viewers(0);
});

Deno.test("/ws disappears from /state when all its messages and its end come with the request", async () => {
  await using server = await TestServer.start();
  // An empty message, a part of one, and nonsense.
  for (const message of ["\x81\x80abcd", "\x81", "\x7f\x7f"]) {
    const connection = await server.say(handshake() + message);
    await connection.closeWrite();
    await rest(connection).catch(() => {});
    await server.viewers(0);
  }
});

Deno.test("/ws begins with the last frame when the source is lost, and with the next one otherwise", async () => {
  await using server = await TestServer.start();
  const [past, next] = pictures.map((picture) => frameOf(picture));
  server.frames.publish(past);
  server.state = LOST;
  await using late = await Page.open(server);
  assertEquals(await late.next(), past.bytes);
  server.state = LIVE;
  await using page = await Page.open(server);
  await server.viewers(2);
  server.frames.publish(next);
  assertEquals(await page.next(), next.bytes);
});

Deno.test("/ws refuses pages of another origin unless they are allowed", async () => {
  await using server = await TestServer.start({ allowOrigins: ["https://printer.example"] });
  const ask = async (origin: string) => {
    using connection = await server.say(handshake({ origin, host: `localhost:${server.port}` }));
    return (await read(connection, 12)).slice(9);
  };
  assertEquals(await ask(`http://localhost:${server.port}`), "101");
  assertEquals(await ask("https://printer.example"), "101");
  assertEquals(await ask("http://localhost:3000"), "403");
  assertEquals(await ask("https://evil.example"), "403");
  assertEquals(await ask("null"), "403");
  await server.viewers(0);
});

Deno.test("/ws accepts pages of an allowed host with any host and port that a proxy passes on", async () => {
  await using server = await TestServer.start({ allowHosts: ["camera.example.org"] });
  const ask = async (origin: string, host: string) => {
    using connection = await server.say(handshake({ origin, host }));
    return (await read(connection, 12)).slice(9);
  };
  // The proxy leaves the port out, or sends its name for this machine.
  assertEquals(await ask("https://camera.example.org:8443", "camera.example.org"), "101");
  assertEquals(await ask("https://camera.example.org", `127.0.0.1:${server.port}`), "101");
  assertEquals(await ask("http://192.0.2.7:8081", "192.0.2.7"), "101");
  assertEquals(await ask("http://192.0.2.7:8081", "192.0.2.7:8080"), "403");
  assertEquals(await ask("https://evil.example", "camera.example.org"), "403");
  assertEquals(await ask("https://camera.example.org.evil.example", "127.0.0.1"), "403");
  await server.viewers(0);
});

Deno.test("/ws refuses a foreign host name, a request without the password, and one without an upgrade", async () => {
  await using server = await TestServer.start({ credentials: { password: "secret" } });
  const ask = async (headers: Record<string, string>) => {
    const connection = await server.say(handshake(headers));
    return await rest(connection);
  };
  assertMatch(
    await ask({ host: "evil.example" }),
    /^HTTP\/1.1 403 Forbidden\r\n[^]*allowHosts evil\.example/,
  );
  assertMatch(await ask({}), /^HTTP\/1.1 401 Unauthorized\r\n[^]*www-authenticate/);
  const authorization = `Basic ${btoa("any:secret")}`;
  using connection = await server.say(handshake({ authorization }));
  assertMatch(await read(connection, 12), /101$/);
  const { status } = await server.get("/ws", { headers: { authorization } });
  assertEquals(status, 426);
});

Deno.test("/ws ends a connection that sends more than an acknowledgement", async () => {
  await using server = await TestServer.start();
  await using page = await Page.open(server);
  page.send("x".repeat(MAX_MESSAGE_BYTES + 1));
  assertEquals((await page.closed()).code, 1009);
  await server.viewers(0);
});

Deno.test("/ws answers an invalid handshake with 400, and adds no viewer", async () => {
  await using server = await TestServer.start();
  const connection = await server.say(handshake({ "sec-websocket-key": "short" }));
  assertMatch(await rest(connection), /^HTTP\/1.1 400 /);
  await server.viewers(0);
});

Deno.test("/ws answers with 426 when the connection is not to be upgraded, and adds no viewer", async () => {
  await using server = await TestServer.start();
  const connection = await server.say(handshake({ connection: "close" }));
  assertMatch(await rest(connection), /^HTTP\/1.1 426 /);
  await server.viewers(0);
});

Deno.test("serveHttp() streams to a client that asks for another protocol", async () => {
  await using server = await TestServer.start();
  const headers = {
    upgrade: "h2c",
    connection: "Upgrade, HTTP2-Settings",
    "http2-settings": "AAMA",
  };
  using connection = await server.say(handshake(headers, "/stream"));
  assert((await read(connection, 15)).startsWith("HTTP/1.1 200 OK"));
});

Deno.test("serveHttp() ends its WebSockets when it is closed", async () => {
  const server = await TestServer.start();
  const page = await Page.open(server);
  await server[Symbol.asyncDispose]();
  await page.closed();
});

Deno.test("/ws ends when the frames end, with an error or without", async () => {
  for (const reason of [undefined, new Error("the camera is gone")]) {
    await using server = await TestServer.start();
    await using page = await Page.open(server);
    await server.viewers(1);
    server.frames.close(reason);
    await page.closed();
    await server.viewers(0);
  }
});
