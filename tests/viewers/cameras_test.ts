import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Cameras } from "../../lib/flow/cameras.ts";
import { passFrames } from "../../lib/decode/pass_frames.ts";
import { createFeed, type OwnFeed } from "../../lib/flow/create_feed.ts";
import { Hub } from "../../lib/flow/hub.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import type { ViewerServer } from "../../lib/http/serve_http.ts";
import { MAX_GONE } from "../../lib/viewers/gallery.ts";
import { serveViewers } from "../../lib/viewers/serve_viewers.ts";
import { eventually } from "../support/eventually.ts";
import { partsOf } from "../support/multipart.ts";
import { testPictures } from "../support/pictures.ts";

const sizes = ["160x120", "320x240", "640x480"] as const;
const pictures = await Promise.all(sizes.map(async (size) => (await testPictures(1, size))[0]));

/** A browser's request for a page. */
const BROWSER = { headers: { accept: "text/html" } };

/** Cameras of the test, which run until it takes them away. */
class TestCameras implements AsyncDisposable {
  readonly cameras: Cameras = new Hub();
  readonly troubles: string[] = [];
  readonly #feeds = new Map<string, OwnFeed>();
  readonly #timer = setInterval(() => this.#publish(), 50);
  #viewers!: ViewerServer;

  static async start(...names: string[]): Promise<TestCameras> {
    const test = new TestCameras();
    names.forEach((name) => test.feed(name));
    test.become(...names);
    test.#viewers = await serveViewers(test.cameras, {
      port: 0,
      onTrouble: (reason) => test.troubles.push(reason),
    });
    return test;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#viewers.address.port}`;
  }

  /** A camera's feed; another one after it has ended. */
  feed(name: string): OwnFeed {
    let feed = this.#feeds.get(name);
    if (!feed) this.#feeds.set(name, feed = createFeed({ name: `webcam of ${name}` }));
    return feed;
  }

  /** Ends a camera's feed. */
  end(name: string): void {
    this.#feeds.get(name)![Symbol.dispose]();
    this.#feeds.delete(name);
  }

  /** From now on, these are there. */
  become(...names: string[]): void {
    this.cameras.publish(new Map(names.map((name) => [name, this.feed(name)])));
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  async json(path: string) {
    return await (await this.get(path)).json();
  }

  /** The width of a snapshot, which tells the cameras apart; the first one may take its time. */
  async width(path: string): Promise<number> {
    let bytes!: Uint8Array;
    await eventually(async () => {
      const response = await this.get(path);
      bytes = await response.bytes();
      return response.status === 200;
    }, () => new TextDecoder().decode(bytes));
    return jpegSize(bytes).width;
  }

  /** A camera that is lost gives no frames. */
  #publish(): void {
    [...this.#feeds.values()].forEach((feed, i) => {
      if (feed.status.latest?.state !== "lost") feed.publish(pictures[i % pictures.length]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#viewers[Symbol.asyncDispose]();
    this.cameras.close();
    for (const feed of this.#feeds.values()) feed[Symbol.dispose]();
  }
}

/** The width of a stream's first frame. */
async function streamedWidth(stream: Response): Promise<number> {
  const parts = partsOf(stream);
  const { value } = await parts.next();
  await parts.return(undefined);
  return jpegSize(value!.body).width;
}

Deno.test("each camera has a page, a stream, snapshots and a state below its name, and the first one also without it", async () => {
  await using test = await TestCameras.start("porch", "back garden", "a/b");
  for (
    const [path, width] of [
      ["/snapshot", 160],
      ["/porch/snapshot.jpg", 160],
      ["/back%20garden/snapshot", 320],
      ["/a%2Fb/snapshot", 640],
      // Some proxies decode paths.
      ["/a/b/snapshot", 640],
    ] as const
  ) {
    assertEquals(await test.width(path), width, path);
  }
  const png = await (await test.get("/back%20garden/snapshot.png")).bytes();
  assertEquals(new DataView(png.buffer).getUint32(16), 320);
  assertEquals((await test.json("/state")).camera.name, "webcam of porch");
  assertEquals((await test.json("/back%20garden/state")).camera.name, "webcam of back garden");
  const stream = await test.get("/back%20garden/stream");
  assertEquals(await streamedWidth(stream), 320);
  const page = await (await test.get("/porch/", BROWSER)).text();
  assertMatch(page, /id="picture"/);
  assertEquals((await test.get("/porch/lib/http/page/main.js")).status, 200);
  const socket = new WebSocket(`${test.url}/back%20garden/ws`);
  socket.binaryType = "arraybuffer";
  const frame = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  assertEquals(jpegSize(new Uint8Array(frame.data)).width, 320);
  assertEquals((await test.json("/porch/state")).viewerCount, 0);
  const { viewers } = await test.json("/back%20garden/state");
  assertEquals(viewers.at(-1).path, "/back%20garden/ws");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test("a camera's name without a slash leads to its page under any path of a proxy", async () => {
  await using test = await TestCameras.start("porch", "a:b");
  for (const [path, location] of [["/porch?x=1", "./porch/?x=1"], ["/a:b", "./a:b/"]]) {
    const response = await test.get(path, { redirect: "manual" });
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("location")], [308, location]);
    assertMatch(await (await test.get(path, BROWSER)).text(), /id="picture"/);
  }
});

Deno.test("cameras are counted from 0, as mjpg-streamer counts its inputs", async () => {
  await using test = await TestCameras.start("porch", "garden");
  assertEquals(await test.width("/?action=snapshot_0&timestamp=1"), 160);
  assertEquals(await test.width("/?action=snapshot_1"), 320);
  const stream = await test.get("/?action=stream_1");
  assertEquals(await streamedWidth(stream), 320);
  const missing = await test.get("/?action=stream_2");
  assertEquals(missing.status, 404);
  assertEquals(
    await missing.text(),
    "There is no camera number 2, counted from 0; there are porch, garden\n",
  );
});

Deno.test("an unknown camera is 404 with the names of those there are", async () => {
  await using test = await TestCameras.start("porch", "garden");
  for (const path of ["/shed/", "/shed/stream", "/shed/snapshot", "/shed/ws", "/shed/state"]) {
    const response = await test.get(path);
    assertEquals(response.status, 404, path);
    assertEquals(await response.text(), "There is no camera shed; there are porch, garden\n");
  }
  for (const path of ["/porch/nothing", "/%", "/constructor/x", "/__proto__"]) {
    assertEquals((await test.get(path)).status, 404, path);
  }
});

Deno.test("/cameras lists every camera with id, name, state, size and rate", async () => {
  await using test = await TestCameras.start("porch", "garden");
  const stream = await test.get("/garden/stream");
  await eventually(
    async () => (await test.json("/cameras"))[1].fps > 0,
    () => "the garden has no rate",
  );
  test.feed("porch").lose("unplugged");
  const [porch, garden] = await test.json("/cameras");
  assertEquals([porch.id, porch.name, porch.state, porch.reason], [
    "porch",
    "webcam of porch",
    "lost",
    "unplugged",
  ]);
  assertEquals([garden.id, garden.name, garden.state, garden.reason], [
    "garden",
    "webcam of garden",
    "live",
    null,
  ]);
  assertEquals([garden.width, garden.height], [320, 240]);
  assert(garden.fps > 0);
  await stream.body!.cancel();
});

Deno.test("one lost camera of several leaves /healthz at 200, and is named", async () => {
  await using test = await TestCameras.start("porch", "garden");
  const health = async (path: string) => {
    const response = await test.get(path);
    return [response.status, await response.text()];
  };
  await eventually(async () => (await health("/healthz"))[1] === "ok\n", () => "not healthy");
  test.feed("garden").lose("unplugged");
  assertEquals(await health("/healthz"), [200, "ok\ngarden: unplugged\n"]);
  assertEquals(await health("/porch/healthz"), [200, "ok\n"]);
  assertEquals(await health("/garden/healthz"), [503, "unplugged\n"]);
  test.feed("porch").lose("on fire");
  assertEquals(await health("/healthz"), [503, "porch: on fire\ngarden: unplugged\n"]);
});

Deno.test("/metrics says whose each number is, where there are several cameras", async () => {
  await using test = await TestCameras.start("porch", "garden");
  test.feed("garden").lose("unplugged");
  await test.width("/porch/snapshot");
  const several = await (await test.get("/metrics")).text();
  assertStringIncludes(several, 'socketcam_camera_live{camera="porch"} 1\n');
  assertStringIncludes(several, 'socketcam_camera_live{camera="garden"} 0\n');
  const one = await (await test.get("/garden/metrics")).text();
  assertStringIncludes(one, "socketcam_camera_live 0\n");
});

Deno.test("who watches a camera that goes sees a notice, and its frames again when it returns", async () => {
  await using test = await TestCameras.start("porch", "garden");
  const parts = partsOf(await test.get("/garden/stream"));
  const length = async () => (await parts.next()).value!.body.length;
  const cameras = await length();
  for (const endsFirst of [false, true]) {
    if (endsFirst) test.end("garden");
    test.become("porch");
    if (!endsFirst) test.end("garden");
    await eventually(
      async () => (await test.json("/cameras")).length === 1,
      () => "a camera that went is listed",
    );
    const { camera, viewerCount } = await test.json("/garden/state");
    assertEquals(camera.reason, "camera garden is no longer there");
    assertEquals(viewerCount, 1);
    assertEquals((await test.get("/healthz")).status, 200);
    // A notice differs from the camera's JPEGs, which are all alike.
    while (await length() === cameras);
    test.become("porch", "garden");
    while (await length() !== cameras);
    assertEquals((await test.json("/garden/state")).camera.state, "live");
  }
  assertEquals(await test.width("/garden/snapshot"), 320);
  await parts.return(undefined);
});

Deno.test("cameras that came and went are forgotten in the end", async () => {
  const cameras: Cameras = new Hub();
  await using stack = new AsyncDisposableStack();
  await using viewers = await serveViewers(cameras, { port: 0 });
  const url = `http://127.0.0.1:${viewers.address.port}`;
  const status = async (name: string) => {
    const response = await fetch(`${url}/${name}/state`);
    await response.body?.cancel();
    return response.status;
  };
  for (let i = 0; i <= MAX_GONE + 1; i++) {
    const stage = stack.use(passFrames(stack.use(createFeed())));
    cameras.publish(new Map([[`camera-${i}`, stage]]));
    await eventually(async () => await status(`camera-${i}`) === 200, () => `no camera ${i}`);
  }
  assertEquals([await status("camera-0"), await status("camera-1")], [404, 200]);
});

Deno.test("without any camera, viewers are told so", async () => {
  await using test = await TestCameras.start();
  for (const path of ["/stream", "/snapshot", "/state", "/healthz"]) {
    const response = await test.get(path);
    assertEquals([response.status, await response.text()], [503, "There is no camera yet\n"], path);
  }
  assertEquals(await test.json("/cameras"), []);
  assertEquals((await test.get("/", BROWSER)).status, 200);
  test.become("porch");
  await eventually(async () => (await test.get("/state")).status === 200, () => "it stays unknown");
});

Deno.test("a camera without others works by its name, which is 1, as it does without one", async () => {
  using feed = createFeed();
  const timer = setInterval(() => feed.publish(pictures[0]), 50);
  await using viewers = await serveViewers(feed, { port: 0 });
  const url = `http://127.0.0.1:${viewers.address.port}`;
  const snapshot = await (await fetch(`${url}/1/snapshot`)).bytes();
  assertEquals(jpegSize(snapshot).width, 160);
  const [{ id }] = await (await fetch(`${url}/cameras`)).json();
  assertEquals(id, "1");
  assertMatch(await (await fetch(url, BROWSER)).text(), /id="picture"/);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assertStringIncludes(metrics, "\nsocketcam_camera_live 1\n");
  clearInterval(timer);
});
