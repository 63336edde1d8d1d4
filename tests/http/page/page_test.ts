import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { axe, type AxeResults, type Page } from "../../support/packages.ts";
import { readExif } from "../../../lib/frame/exif_block.js";
import type { Frame } from "../../../lib/frame/frame.ts";
import { nextSequence } from "../../../lib/frame/sequence.ts";
import type { HttpOptions } from "../../../lib/http/serve_http.ts";
import type { FeedState } from "../../../lib/http/state.ts";
import type { ViewerState } from "../../../lib/http/viewer.ts";
import { now } from "../../../lib/time/clock.js";
import { hide, openPage } from "../../support/browser.ts";
import { eventually } from "../../support/eventually.ts";
import { LIVE, LOST } from "../../support/feed_state.ts";
import { frameOf } from "../../support/frames.ts";
import { testPictures } from "../../support/pictures.ts";
import { TestServer } from "../../support/viewer_server.ts";

const pictures = await testPictures(4, "640x360");

/** The camera's frame of this number. */
function numbered(sequence: number, capturedAt?: number): Frame {
  return frameOf(pictures[sequence % pictures.length], sequence, capturedAt);
}

/** An endpoint whose camera runs until the test stops it. */
class LiveServer implements AsyncDisposable {
  readonly server: TestServer;
  /** How far the camera's clock is ahead, in milliseconds. */
  aheadMs = 0;
  /** How long its pictures are on their way, in milliseconds. */
  lateMs = 0;
  #sequence = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(server: TestServer) {
    this.server = server;
    this.run();
  }

  static async start(options: Partial<HttpOptions> = {}): Promise<LiveServer> {
    return new LiveServer(await TestServer.start(options));
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}/`;
  }

  /** The time by the camera's clock. */
  get now(): number {
    return now() + this.aheadMs;
  }

  /** Sets the state, with a clock that runs. */
  become(state: FeedState): void {
    this.server.state = Object.defineProperty({ ...state }, "now", {
      enumerable: true,
      get: () => this.now,
    });
  }

  run(): void {
    this.become(LIVE);
    this.#timer = setInterval(() => {
      this.#sequence = nextSequence(this.#sequence);
      this.server.frames.publish(numbered(this.#sequence, this.now - this.lateMs));
    }, 1000 / 30);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async viewers(): Promise<ViewerState[]> {
    return (await (await this.server.get("/state")).json()).viewers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.server[Symbol.asyncDispose]();
  }
}

const picture = (page: Page) => page.locator("#picture");
const live = (page: Page) => page.locator("#verdict", { hasText: "Live" });

/** Presses a button that saves a file, and returns the file. */
async function saved(page: Page, press: () => Promise<void>) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  const bytes = await Deno.readFile(await download.path());
  return { name: download.suggestedFilename(), bytes };
}

Deno.test("the page keeps a frozen picture, saves exactly that one, and asks for no others", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page, complaints } = open;
  await page.locator("#age", { hasText: "ms" }).waitFor();
  await page.keyboard.press("Space");
  await page.locator("#verdict", { hasText: "Frozen" }).waitFor();
  await live.server.viewers(0);
  assertEquals(await page.locator("#freeze").getAttribute("aria-pressed"), "true");
  const before = await picture(page).screenshot();

  const jpeg = await saved(page, () => page.keyboard.press("s"));
  assertMatch(jpeg.name, /^socketcam_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.jpg$/);
  const exif = readExif(jpeg.bytes)!;
  assertEquals(jpeg.bytes, numbered(exif.sequence, exif.capturedAt).bytes);
  const png = await saved(page, () => page.getByRole("button", { name: "Save as PNG" }).click());
  assertMatch(png.name, /\.png$/);
  assertEquals([...png.bytes.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  assertEquals(new DataView(png.bytes.buffer).getUint32(16), 640);

  assertEquals(await picture(page).screenshot(), before);
  await page.getByRole("button", { name: "Freeze" }).click();
  await live.server.viewers(1);
  assertEquals(complaints, []);
});

Deno.test("the page works when its address has a name and a password in it", async () => {
  const options = { credentials: { name: "kiosk", password: "a secret" } };
  await using source = await LiveServer.start(options);
  const url = source.url.replace("//", "//kiosk:a%20secret@");
  const authorization = `Basic ${btoa("kiosk:a secret")}`;
  const viewers = async () => {
    const response = await source.server.get("/state", { headers: { authorization } });
    return (await response.json()).viewers as ViewerState[];
  };
  await using open = await openPage(url);
  const { page, complaints } = open;
  await live(page).waitFor();
  await page.locator("#age", { hasText: "ms" }).waitFor();
  assertEquals((await viewers())[0].path, "/ws");
  const jpeg = await saved(page, () => page.keyboard.press("s"));
  assertGreater(jpeg.bytes.length, 1000);
  assertEquals(complaints, []);
  await using streaming = await openPage(url, {}, async (page) => {
    await page.addInitScript(`
      globalThis.WebSocket = class extends EventTarget {
        constructor() { super(); setTimeout(() => this.onclose?.()); }
        close() {}
      };
    `);
  });
  await streaming.page.locator("#size", { hasText: "640×360" }).waitFor();
  assertMatch((await viewers())[1].path, /^\/stream\?page=\d+$/);
  const second = await saved(streaming.page, () => streaming.page.keyboard.press("s"));
  assertGreater(second.bytes.length, 1000);
});

Deno.test("the page asks for no frames while it is hidden, and goes on when it is visible again", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page } = open;
  await live.server.viewers(1);
  await hide(page, true);
  await live.server.viewers(0);
  await hide(page, false);
  await live.server.viewers(1);
});

Deno.test("the page connects again after the machine has slept", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page } = open;
  await page.locator("#age", { hasText: "ms" }).waitFor();
  const [{ address }] = await live.viewers();
  // In sleep, timers stand still and the clock does not.
  await page.evaluate(`{
    const { now } = Date;
    Date.now = () => now() + 60_000;
  }`);
  const isAnother = async () => (await live.viewers())[0]?.address !== address;
  await eventually(isAnother, () => "the page keeps its connection");
  await live.server.viewers(1);
});

Deno.test("the page shows the right latency a second after either clock is set", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page } = open;
  await page.locator("#age", { hasText: "ms" }).waitFor();
  const setCameraClock = (ms: number) => Promise.resolve(void (live.aheadMs += ms));
  const setPageClock = (ms: number) =>
    page.evaluate(`{
      const { now } = Date;
      Date.now = () => now() + ${ms};
    }`);
  for (
    const step of [
      () => setCameraClock(3_600_000),
      () => setCameraClock(-7_200_000),
      () => setPageClock(600_000),
      () => setPageClock(-3_600_000),
    ]
  ) {
    await step();
    // The first answer may come from before the step, and the frames drawn up to the second one
    // are judged by the clock from before it.
    for (let answers = 0; answers < 4; answers++) await page.waitForResponse(/\/state$/);
    const age = Number.parseInt(await page.locator("#age").textContent() ?? "");
    assert(age >= 0 && age < 60_000, `${step}: ${age} ms`);
    await page.locator("#picture:not(.past)").waitFor();
  }
});

Deno.test("the page says that pictures are delayed, or that none come, instead of live", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page } = open;
  await page.getByText("Live", { exact: true }).waitFor();
  live.lateMs = 5000;
  await page.locator("#what", { hasText: "Delayed" }).waitFor();
  await page.getByText(/Pictures arrive 5 s late/).waitFor();
  live.lateMs = 0;
  await page.getByText("Live", { exact: true }).waitFor();
  live.stop();
  await page.locator("#what", { hasText: "No new picture" }).waitFor();
  assertEquals(await page.locator("#picture.past").count(), 1);
  live.run();
  await page.getByText("Live", { exact: true }).waitFor();
  assertEquals(await page.locator("#picture.past").count(), 0);
});

Deno.test("a slow page gets fewer but fresh frames", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url, {}, async (page) => {
    // Each frame takes as long as on a slow phone.
    await page.addInitScript(`{
      const decode = createImageBitmap;
      globalThis.createImageBitmap = async (...args) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        return await decode(...args);
      };
    }`);
  });
  const { page } = open;
  await page.getByText(/^\d\.\d( of .*)? fps$/).waitFor();
  const startedAt = performance.now();
  const skipped = async () => (await live.viewers())[0].skipped;
  await eventually(async () => await skipped() > 150, () => "the page gets every frame", 60_000);
  // The page draws at most 7 of 30 frames a second. With a queue, the picture would be as old as three
  // quarters of the time since it began.
  const ms = performance.now() - startedAt;
  const age = Number.parseInt(await page.locator("#age").textContent() ?? "");
  assertLess(age, ms / 2);
});

Deno.test("the page falls back to the stream when WebSockets fail, and can freeze that", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url, {}, async (page) => {
    await page.routeWebSocket(/ws/, (socket) => socket.close());
    await page.addInitScript(`
      globalThis.WebSocket = class extends EventTarget {
        constructor() { super(); setTimeout(() => this.onclose?.()); }
        close() {}
      };
    `);
  });
  const { page, complaints } = open;
  const image = page.locator("#stream");
  await image.waitFor();
  await page.locator("#size", { hasText: "640×360" }).waitFor();
  assertMatch((await live.viewers())[0].path, /^\/stream\?page=\d+$/);
  await page.keyboard.press("Space");
  await picture(page).waitFor();
  await live.server.viewers(0);
  assert((await picture(page).screenshot()).length > 1000);
  const { bytes } = await saved(page, () => page.keyboard.press("p"));
  assertGreater(bytes.length, 1000);
  await page.keyboard.press("Space");
  await image.waitFor();
  assertEquals(complaints, []);
});

Deno.test("the page says what is wrong and since when, and goes on once it works again", async () => {
  await using source = await LiveServer.start();
  await using open = await openPage(source.url);
  const { page, complaints } = open;
  await page.locator("#age", { hasText: "ms" }).waitFor();
  source.stop();
  const says = async (state: Partial<FeedState>, ...words: (string | RegExp)[]) => {
    source.become({ ...LIVE, ...state });
    for (const text of words) await page.locator("#trouble").getByText(text).waitFor();
  };
  const { camera, source: server } = LIVE;
  await says({ camera: LOST.camera }, "Camera lost", "Unplugged", "The server keeps trying");
  await says({}, /^Last picture at .+, \d+ s ago$/);
  await says(
    { camera: { ...camera, reason: "all were refused" } },
    "No picture",
    "All were refused",
  );
  await says({ camera: { ...camera, state: "starting" } }, "The camera is starting");
  await says(
    { source: { ...server, state: "connecting", reason: "no route", retryInMs: 2500 } },
    "Server not reached",
    "No route",
    "Next try in 3 s",
  );
  const refused = { state: "refused", reason: "door:9999: this server needs a token" } as const;
  await says({ source: { ...server, ...refused } }, "Refused", refused.reason);
  await says({ source: { ...server, ...refused, retryInMs: 4200 } }, "Next try in 5 s");
  source.run();
  await live(page).waitFor();
  assertEquals(await page.locator("#trouble").isVisible(), false);
  assertEquals(complaints, []);
});

Deno.test("the page shows the picture in full screen and in actual size, by key and by button", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url, { deviceScaleFactor: 2 });
  const { page } = open;
  await picture(page).waitFor();
  await page.keyboard.press("z");
  const { width } = (await picture(page).boundingBox())!;
  assertEquals(width, 320);
  await page.getByRole("button", { name: "Actual size" }).click();
  assertEquals((await picture(page).boundingBox())!.width, 1280);
  await page.keyboard.press("f");
  await page.locator("#full[aria-pressed=true]").waitFor();
  await page.locator("body[data-idle]").waitFor();
  await page.keyboard.press("f");
  await page.locator("#full[aria-pressed=false]").waitFor();
});

for (const colorScheme of ["dark", "light"] as const) {
  Deno.test(`axe-core finds no fault with the page in ${colorScheme} colours`, async () => {
    await using source = await LiveServer.start();
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    for (const options of [{}, phone]) {
      await using open = await openPage(source.url, { colorScheme, ...options });
      const { page } = open;
      const faults = async () => {
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate("axe.run()") as AxeResults;
        return violations.map(({ id, nodes }) => [id, nodes[0].html]);
      };
      await picture(page).waitFor();
      assertEquals(await faults(), []);
      source.become(LOST);
      await page.getByText("Camera lost").first().waitFor();
      assertEquals(await faults(), []);
      source.become(LIVE);
      // No sideways scrolling.
      const overflow = "document.documentElement.scrollWidth > innerWidth";
      assertEquals(await page.evaluate(overflow), false);
    }
  });
}
