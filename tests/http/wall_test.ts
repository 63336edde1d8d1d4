import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { Channels } from "../../lib/http/channels.ts";
import { serveHttp, type ViewerServer } from "../../lib/http/serve_http.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { MAX_TILES } from "../../lib/http/wall.ts";
import { MAX_MESSAGE_BYTES } from "../../lib/http/web_socket.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { ownedFrameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const pictures = await testPictures(3);

/** A camera that the test publishes to. */
class TestCamera {
  readonly frames = new Hub<Frame>();
  state: FeedState = LIVE;
  readonly readState = () => this.state;
  #sequence = 0;

  /** Publishes a picture and returns its bytes. */
  publish(): Uint8Array {
    const frame = ownedFrameOf(pictures[this.#sequence % pictures.length], this.#sequence++);
    const bytes = frame.bytes.slice();
    this.frames.publish(frame);
    return bytes;
  }
}

/** A wall of cameras, with the page's end of its WebSocket. */
class TestWall implements AsyncDisposable {
  readonly porch = new TestCamera();
  readonly garden = new TestCamera();
  readonly frames: [tile: number, bytes: Uint8Array][] = [];
  readonly words: unknown[] = [];
  readonly socket: WebSocket;
  readonly #server: ViewerServer;
  readonly #closed = Promise.withResolvers<void>();

  private constructor(server: ViewerServer) {
    this.#server = server;
    this.socket = new WebSocket(`ws://127.0.0.1:${server.address.port}/ws?cameras`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      if (typeof data === "string") return this.words.push(JSON.parse(data));
      const bytes = new Uint8Array(data);
      this.frames.push([bytes[0], bytes.subarray(1)]);
    };
    this.socket.onclose = () => this.#closed.resolve();
  }

  static async open(): Promise<TestWall> {
    const channels = new Channels();
    const server = await serveHttp(channels, { port: 0 });
    const wall = new TestWall(server);
    channels.show(new Map([["porch", wall.porch], ["garden", wall.garden]]));
    await new Promise((resolve) => wall.socket.onopen = resolve);
    return wall;
  }

  /** How many the endpoint counts. */
  get viewers(): number {
    return this.#server.viewers;
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Watches cameras as tiles 0, 1, and so on. */
  async watch(...names: ("porch" | "garden")[]): Promise<void> {
    names.forEach((watch, tile) => this.say({ watch, tile }));
    await this.watched(...names);
  }

  async watched(...names: ("porch" | "garden")[]): Promise<void> {
    const are = (name: "porch" | "garden") => this[name].frames.subscribers;
    const count = (name: string) => names.filter((one) => one === name).length;
    await eventually(
      () => are("porch") === count("porch") && are("garden") === count("garden"),
      () => `porch has ${are("porch")}, garden ${are("garden")}`,
    );
  }

  async got(frames: number): Promise<void> {
    await eventually(
      () => this.frames.length >= frames,
      () => `${this.frames.length} of ${frames} frames came`,
    );
  }

  async told(words: unknown): Promise<void> {
    await eventually(() => this.words.length > 0, () => "nothing is said");
    assertEquals(this.words.shift(), words);
  }

  async closed(): Promise<void> {
    await deadline(this.#closed.promise, PATIENCE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    await this.closed();
    await this.#server[Symbol.asyncDispose]();
  }
}

Deno.test("a wall sends the frames of each camera with the number of its tile", async () => {
  await using wall = await TestWall.open();
  await wall.watch("garden", "porch");
  const garden = wall.garden.publish();
  const porch = wall.porch.publish();
  await wall.got(2);
  assertEquals(wall.frames, [[0, garden], [1, porch]]);
  wall.say({ leave: 0 });
  await wall.watched("porch");
  wall.garden.publish();
  const next = wall.porch.publish();
  await wall.got(3);
  assertEquals(wall.frames[2], [1, next]);
  // The same number for another camera.
  wall.say({ watch: "garden", tile: 1 });
  await wall.watched("garden");
});

Deno.test("a wall sends no more frames of a tile that draws none, and all of the others", async () => {
  await using wall = await TestWall.open();
  await wall.watch("garden", "porch");
  const of = (tile: number) => wall.frames.filter(([number]) => number === tile).length;
  for (let i = 1; i <= 60; i++) {
    wall.garden.publish();
    wall.porch.publish();
    await eventually(() => of(1) === i, () => `${of(1)} frames of the tile that draws`);
    wall.say(1);
  }
  assert(of(0) <= 2, `${of(0)} frames of the tile that draws none`);
  // It goes on with the newest.
  const before = of(0);
  for (let i = 0; i < before; i++) wall.say(0);
  await eventually(() => of(0) > before, () => "it never goes on");
});

Deno.test("a wall sends fewer frames of a tile that asks for fewer", async () => {
  await using wall = await TestWall.open();
  wall.say({ watch: "garden", tile: 0, fps: 1 / 60 });
  wall.say({ watch: "porch", tile: 1 });
  await wall.watched("garden", "porch");
  for (let i = 1; i <= 10; i++) {
    wall.garden.publish();
    wall.porch.publish();
    const count = () => wall.frames.filter(([tile]) => tile === 1).length;
    await eventually(() => count() === i, () => `${count()} of ${i} frames`);
    wall.say(0);
    wall.say(1);
  }
  assertEquals(wall.frames.filter(([tile]) => tile === 0).length, 1);
});

Deno.test("a wall shows the last picture of a camera that is lost", async () => {
  await using wall = await TestWall.open();
  const last = wall.garden.publish();
  wall.garden.state = LOST;
  wall.say({ watch: "garden", tile: 5 });
  await wall.got(1);
  assertEquals(wall.frames, [[5, last]]);
});

Deno.test("a wall says when no frames will come for a tile", async () => {
  await using wall = await TestWall.open();
  wall.say({ watch: "shed", tile: 3 });
  await wall.told({ tile: 3, reason: "There is no camera of this name" });
  await wall.watch("garden");
  wall.garden.frames.close();
  await wall.told({ tile: 0, reason: "No more frames come" });
});

Deno.test("a wall ignores what it does not understand, and ends with a message that is too long", async () => {
  await using wall = await TestWall.open();
  await wall.watch("garden");
  for (
    const message of [-1, MAX_TILES, 0.5, "0", null, [], {}, { watch: "porch" }, { leave: "0" }]
  ) {
    wall.say(message);
  }
  for (const fps of [0, -1, "5", null]) wall.say({ watch: "porch", tile: 1, fps });
  wall.say({ watch: "porch", tile: MAX_TILES });
  wall.say({ watch: "porch", tile: -1 });
  wall.socket.send("{");
  wall.socket.send(new Uint8Array([0xff, 0xfe]));
  const bytes = wall.garden.publish();
  await wall.got(1);
  assertEquals(wall.frames, [[0, bytes]]);
  await wall.watched("garden");
  wall.socket.send(" ".repeat(MAX_MESSAGE_BYTES + 1));
  await wall.closed();
  await wall.watched();
});

Deno.test("a wall is one viewer however many cameras it shows, and leaves all when it closes", async () => {
  await using wall = await TestWall.open();
  await wall.watch("garden", "porch", "garden");
  assertEquals(wall.viewers, 1);
  wall.socket.close();
  await wall.watched();
  await eventually(() => wall.viewers === 0, () => "it keeps its place");
});

Deno.test("only the endpoint's own pages may open a wall", async () => {
  await using server = await serveHttp(new Channels(), { port: 0 });
  const { port } = server.address;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = "GET /ws?cameras HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n" +
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  await connection.write(new TextEncoder().encode(head));
  const answer = await new Response(connection.readable).text();
  assertStringIncludes(answer, "HTTP/1.1 403 ");
  assertStringIncludes(answer, "Pages of http://evil.example may not watch");
});
