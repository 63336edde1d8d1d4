import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { now } from "../../../lib/flow/clock.ts";
import type { Frame } from "../../../lib/frame/frame.ts";
import { nextSequence, readExif } from "../../../lib/frame/exif.ts";
import type { FeedState } from "../../../lib/http/state.ts";
import type { ViewerState } from "../../../lib/http/viewer.ts";
import { hide, openPage } from "../../support/browser.ts";
import { LIVE, LOST } from "../../support/feed_state.ts";
import { frameOf } from "../../support/frames.ts";
import { testPictures } from "../../support/pictures.ts";
import { TestServer } from "../../support/viewer_server.ts";

const pictures = await testPictures(4, "640x360");

/** The frame of a number, as the camera gives it. */
function numbered(sequence: number, capturedAt?: number): Frame {
  return frameOf(pictures[sequence % pictures.length], sequence, capturedAt);
}

/** An endpoint whose camera runs, until it is stopped. */
class LiveServer implements AsyncDisposable {
  readonly server: TestServer;
  #sequence = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(server: TestServer) {
    this.server = server;
    this.run();
  }

  static async start(): Promise<LiveServer> {
    return new LiveServer(await TestServer.start());
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}/`;
  }

  /** From now on it fares so, by a clock that goes on. */
  become(state: FeedState): void {
    this.server.state = {
      ...state,
      get now() {
        return now();
      },
    };
  }

  run(): void {
    this.become(LIVE);
    this.#timer = setInterval(() => {
      this.server.frames.publish(numbered(this.#sequence = nextSequence(this.#sequence)));
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

/** Presses what saves a file, and gives what it saves. */
async function saved(page: Page, press: () => Promise<void>) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  const bytes = await Deno.readFile(await download.path());
  return { name: download.suggestedFilename(), bytes };
}

Deno.test("the page holds a frozen picture, saves just that one, and asks for no other", async () => {
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

Deno.test("the page asks for nothing while it is hidden, and goes on when it is seen again", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page } = open;
  await live.server.viewers(1);
  await hide(page, true);
  await live.server.viewers(0);
  await hide(page, false);
  await live.server.viewers(1);
});

Deno.test("the page connects anew when the machine has slept, since nobody tells it", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url);
  const { page } = open;
  await page.locator("#age", { hasText: "ms" }).waitFor();
  const [{ address }] = await live.viewers();
  // Timers stand still in sleep, and the clock does not.
  await page.evaluate(`{
    const { now } = Date;
    Date.now = () => now() + 60_000;
  }`);
  while ((await live.viewers())[0]?.address === address);
  await live.server.viewers(1);
});

Deno.test("the page that falls behind gets fewer frames, and fresh ones", async () => {
  await using live = await LiveServer.start();
  await using open = await openPage(live.url, {}, async (page) => {
    // Each picture takes as long as on a slow phone.
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
  await page.waitForTimeout(5000);
  const [{ fps, skipped }] = await live.viewers();
  assertLess(fps, 8);
  assertGreater(skipped, 50);
  const age = Number.parseInt(await page.locator("#age").textContent() ?? "");
  // Two in flight, of 150 ms each; a queue would have grown to seconds.
  assertLess(age, 600);
});

Deno.test("the page falls back to the stream where there is no WebSocket, and can freeze that", async () => {
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

Deno.test("the page says what is wrong, since when, and goes on when it is right again", async () => {
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
  await says({}, /^The last picture is of .+, \d+ s ago$/);
  await says({ camera: { ...camera, state: "starting" } }, "The camera starts");
  await says(
    { source: { ...server, state: "connecting", reason: "no route", retryInMs: 2500 } },
    "Server not reached",
    "No route",
    "Next try in 3 s",
  );
  await says({ source: { ...server, state: "refused", reason: "wrong token" } }, "Refused");
  source.run();
  await live(page).waitFor();
  assertEquals(await page.locator("#trouble").isVisible(), false);
  assertEquals(complaints, []);
});

Deno.test("the page shows the picture in full screen and in its actual size, by key and by button", async () => {
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
  Deno.test(`axe-core finds nothing on the page when it is ${colorScheme}`, async () => {
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
      // Nothing of the page needs to be scrolled to sideways.
      const overflow = "document.documentElement.scrollWidth > innerWidth";
      assertEquals(await page.evaluate(overflow), false);
    }
  });
}
