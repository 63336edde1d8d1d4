import { assert, assertEquals, assertMatch } from "@std/assert";
import { Hub } from "../../../lib/flow/hub.ts";
import type { Frame } from "../../../lib/frame/frame.ts";
import { nextSequence } from "../../../lib/frame/sequence.ts";
import { Channels } from "../../../lib/http/channels.ts";
import { serveHttp, type ViewerServer } from "../../../lib/http/serve_http.ts";
import type { FeedState } from "../../../lib/http/state.ts";
import { now } from "../../../lib/time/clock.js";
import { hide, openPage } from "../../support/browser.ts";
import { eventually } from "../../support/eventually.ts";
import { LIVE, LOST } from "../../support/feed_state.ts";
import { frameOf } from "../../support/frames.ts";
import { axe, type AxeResults, type Page } from "../../support/packages.ts";
import { testPictures } from "../../support/pictures.ts";

const pictures = await testPictures(4, "320x180");
const SCREENS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** A camera that gives 10 frames a second. */
class TestCamera implements Disposable {
  readonly frames = new Hub<Frame>();
  state: FeedState = LIVE;
  readonly readState = () => ({ ...this.state, now: now() });
  #sequence = 0;
  readonly #timer = setInterval(() => {
    this.#sequence = nextSequence(this.#sequence);
    this.frames.publish(frameOf(pictures[this.#sequence % pictures.length], this.#sequence, now()));
  }, 100);

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Cameras called cam1, cam2 and so on, at an endpoint. */
class TestSite implements AsyncDisposable {
  readonly cameras = new Map<string, TestCamera>();
  readonly #channels: Channels;
  readonly #server: ViewerServer;

  private constructor(channels: Channels, server: ViewerServer) {
    this.#channels = channels;
    this.#server = server;
  }

  static async start(count: number): Promise<TestSite> {
    const channels = new Channels();
    const site = new TestSite(channels, await serveHttp(channels, { port: 0 }));
    site.have(count);
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.address.port}/`;
  }

  /** Has this many cameras from now on. */
  have(count: number): void {
    for (let i = this.cameras.size + 1; i <= count; i++) {
      this.cameras.set(`cam${i}`, new TestCamera());
    }
    this.#channels.show(new Map([...this.cameras].slice(0, count)));
  }

  /** The cameras whose frames somebody gets. */
  get watched(): string[] {
    return [...this.cameras].filter(([, { frames }]) => frames.subscribers > 0).map(([id]) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const camera of this.cameras.values()) camera[Symbol.dispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

const text = (page: Page, selector: string) => page.locator(selector).allTextContents();
const says = (page: Page, words: string) =>
  eventually(
    async () => (await text(page, "#verdict"))[0] === words,
    () => `the wall does not say "${words}"`,
  );

Deno.test("a wall of 16 cameras takes one connection in each of two tabs, and all of them move", async () => {
  await using site = await TestSite.start(16);
  const sockets: string[] = [];
  const streams: string[] = [];
  const watch = (page: Page) => {
    page.on("websocket", (socket) => sockets.push(socket.url()));
    page.on(
      "request",
      (request) => /stream|snapshot/.test(request.url()) && streams.push(request.url()),
    );
    return Promise.resolve();
  };
  await using first = await openPage(site.url, {}, watch);
  await says(first.page, "All 16 live");
  await using second = await openPage(site.url, {}, watch);
  await says(second.page, "All 16 live");
  assertEquals(sockets.length, 2);
  assertEquals(streams, []);
  assertEquals(site.watched.length, 16);
  for (const { page, complaints } of [first, second]) {
    // A canvas has the size of its tile's picture once one was drawn.
    await eventually(
      async () => (await page.locator('canvas[width="320"]').count()) === 16,
      () => "not all tiles have a picture",
    );
    assertEquals(complaints, []);
  }
});

Deno.test("a wall fits 1 to 16 cameras on a desktop without scrolling, and is one column on a phone", async () => {
  await using site = await TestSite.start(2);
  await using open = await openPage(site.url, { viewport: SCREENS.desktop });
  const { page } = open;
  for (let count = 2; count <= 16; count++) {
    site.have(count);
    await eventually(
      async () => (await page.locator("#wall > li").count()) === count,
      () => `there are not ${count} tiles`,
    );
    for (const size of [SCREENS.desktop, { width: 1024, height: 700 }]) {
      await page.setViewportSize(size);
      await eventually(
        () => page.locator("#wall").evaluate((wall) => wall.scrollHeight <= wall.clientHeight),
        () => `${count} cameras do not fit ${size.width}x${size.height}`,
      );
    }
  }
  await page.setViewportSize(SCREENS.phone);
  await eventually(async () => {
    const boxes = await page.locator("#wall > li").evaluateAll((tiles) =>
      tiles.map((tile) => tile.getBoundingClientRect().left)
    );
    return new Set(boxes).size === 1;
  }, () => "tiles are beside each other on a phone");
});

Deno.test("a wall asks for no frames of tiles that are not in sight, nor in a hidden tab", async () => {
  await using site = await TestSite.start(16);
  await using open = await openPage(site.url, { viewport: SCREENS.phone });
  const { page } = open;
  const isFew = () => site.watched.length > 0 && site.watched.length < 8;
  await eventually(
    () => isFew() && site.watched.includes("cam1"),
    () => `${site.watched} are watched`,
  );
  await page.locator("#wall > li").last().scrollIntoViewIfNeeded();
  await eventually(
    () => isFew() && site.watched.includes("cam16") && !site.watched.includes("cam1"),
    () => `${site.watched} are watched`,
  );
  await hide(page, true);
  await eventually(() => site.watched.length === 0, () => `${site.watched} are watched`);
  await hide(page, false);
  await eventually(() => site.watched.includes("cam16"), () => "nothing is watched again");
});

Deno.test("a wall is worked by keyboard: arrows move between tiles, Enter opens one, and a link leads back", async () => {
  await using site = await TestSite.start(4);
  await using open = await openPage(site.url);
  const { page } = open;
  await says(page, "All 4 live");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${site.url}cam4/`);
  await page.locator("#all").click();
  await page.waitForURL(site.url);
  await says(page, "All 4 live");
});

Deno.test("a wall tells how each camera is, and which are lost", async () => {
  await using site = await TestSite.start(3);
  site.cameras.get("cam2")!.state = LOST;
  await using open = await openPage(site.url);
  const { page } = open;
  await says(page, "2 of 3 live");
  assertEquals(await text(page, "#faults"), ["Lost: cam2"]);
  assertEquals(await text(page, "li .id"), ["cam1", "cam2", "cam3"]);
  assertEquals(await text(page, "li .state"), ["Live", "Lost", "Live"]);
  const [, tile] = await page.locator("#wall a").all();
  assertMatch(await tile.innerText(), /Camera lost\s+Unplugged/);
});

Deno.test("the page turns into a wall when a second camera comes, and back when it goes", async () => {
  await using site = await TestSite.start(1);
  await using open = await openPage(site.url);
  const { page } = open;
  await page.locator("#picture").waitFor();
  site.have(2);
  await page.locator("#wall").waitFor();
  site.have(1);
  await page.locator("#picture").waitFor();
});

for (const colorScheme of ["dark", "light"] as const) {
  Deno.test(`axe-core finds no fault with the wall in ${colorScheme} colours`, async () => {
    await using site = await TestSite.start(3);
    site.cameras.get("cam2")!.state = LOST;
    site.cameras.get("cam3")!.state = { ...LIVE, camera: { ...LIVE.camera, state: "idle" } };
    await using open = await openPage(site.url, { colorScheme });
    const { page } = open;
    await eventually(
      async () => (await text(page, "#faults"))[0] === "Lost: cam2",
      () => "the wall is not drawn",
    );
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate("axe.run()") as AxeResults;
    assert(violations.length === 0, JSON.stringify(violations, null, 2));
  });
}
