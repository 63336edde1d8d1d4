import { assert, assertEquals, assertLess } from "@std/assert";
import { passFrames } from "../../../lib/decode/pass_frames.ts";
import { nextSequence } from "../../../lib/frame/sequence.ts";
import { serveViewers } from "../../../lib/viewers/serve_viewers.ts";
import { openPage } from "../../support/browser.ts";
import { ControlledCamera } from "../../support/controlled.ts";
import { eventually } from "../../support/eventually.ts";
import { frameOf } from "../../support/frames.ts";
import { axe, type AxeResults, type Page } from "../../support/packages.ts";
import { testPictures } from "../../support/pictures.ts";

const [picture] = await testPictures(1, "640x360");

/** An endpoint that shows a live camera with controls. */
async function start(allowControl: boolean = true) {
  const camera = new ControlledCamera();
  let sequence = 0;
  const timer = setInterval(() => {
    sequence = nextSequence(sequence);
    camera.frames.publish(frameOf(picture, sequence, Date.now()));
  }, 100);
  const viewers = await serveViewers(passFrames(camera), { port: 0, allowControl });
  return {
    webcam: camera.webcam,
    url: `http://127.0.0.1:${viewers.address.port}/`,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await viewers[Symbol.asyncDispose]();
    },
  };
}

async function openPanel(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Camera controls" }).waitFor();
  await page.keyboard.press("c");
  await page.getByLabel("Brightness", { exact: true }).waitFor();
}

Deno.test("the panel changes controls by keyboard, and what depends on them becomes active", async () => {
  await using site = await start();
  await using open = await openPage(site.url);
  const { page, complaints } = open;
  await openPanel(page);
  const brightness = page.getByLabel("Brightness", { exact: true });
  await eventually(
    () => brightness.evaluate((input) => input === input.ownerDocument.activeElement),
    () => "the first control has no focus",
  );
  await page.keyboard.press("ArrowRight");
  await eventually(() => site.webcam.valueOf("brightness") === 129, () => `${site.webcam.values}`);
  const exposure = page.getByLabel("Exposure time absolute", { exact: true });
  assertEquals(await exposure.isDisabled(), true);
  await page.getByLabel("Auto exposure", { exact: true }).selectOption({ label: "Manual Mode" });
  await eventually(() => exposure.isEnabled(), () => "the exposure time is still inactive");
  await page.getByRole("switch", { name: "Focus automatic continuous" }).press("Space");
  await eventually(
    () => site.webcam.valueOf("focus_automatic_continuous") === 0,
    () => `${site.webcam.values}`,
  );
  // Letters and the space bar mean something else here than on the page.
  assertEquals(await page.locator("#freeze").getAttribute("aria-pressed"), "false");
  await page.keyboard.press("Escape");
  assertEquals(await page.locator("#panel").isHidden(), true);
  assertEquals(await page.locator("#adjust").getAttribute("aria-expanded"), "false");
  assertEquals(complaints, []);
});

Deno.test("a control is reset by its button, and all of them by one", async () => {
  await using site = await start();
  await using open = await openPage(site.url);
  const { page } = open;
  await openPanel(page);
  const brightness = page.getByLabel("Brightness", { exact: true });
  await brightness.fill("10");
  const reset = page.getByRole("button", { name: "Reset brightness", exact: true });
  await reset.click();
  await eventually(() => site.webcam.valueOf("brightness") === 128, () => `${site.webcam.values}`);
  await eventually(() => reset.isHidden(), () => "there is still something to reset");
  await brightness.fill("10");
  await page.getByLabel("Pan absolute", { exact: true }).fill("3600");
  await eventually(() => site.webcam.valueOf("pan_absolute") === 3600, () => "not changed");
  await page.getByRole("button", { name: "Reset all" }).click();
  await eventually(
    () => site.webcam.valueOf("pan_absolute") === 0 && site.webcam.valueOf("brightness") === 128,
    () => `${site.webcam.values}`,
  );
});

Deno.test("dragging a slider sends the newest value, one change at a time", async () => {
  await using site = await start();
  await using open = await openPage(site.url);
  const { page } = open;
  await openPanel(page);
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  site.webcam.busy = goOn;
  const brightness = page.getByLabel("Brightness", { exact: true });
  const box = (await brightness.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  for (let x = box.width / 2; x > 0; x -= 5) {
    await page.mouse.move(box.x + x, box.y + box.height / 2);
  }
  await page.mouse.up();
  const last = Number(await brightness.inputValue());
  assertLess(last, 20);
  resolve();
  await eventually(() => site.webcam.valueOf("brightness") === last, () => `${site.webcam.values}`);
  assert(site.webcam.values.length <= 2, `${site.webcam.values}`);
  assertEquals(Number(await brightness.inputValue()), last);
});

Deno.test("a change of another viewer shows, and what the camera refuses is said", async () => {
  await using site = await start();
  await using open = await openPage(site.url);
  const { page } = open;
  await openPanel(page);
  const body = '{"brightness":33}';
  await (await fetch(`${site.url}controls`, { method: "POST", body })).body?.cancel();
  const brightness = page.getByLabel("Brightness", { exact: true });
  await eventually(async () => await brightness.inputValue() === "33", () => "it does not show");
  site.webcam.isBroken = true;
  await brightness.fill("99");
  await page.getByRole("alert").getByText("Brightness: Input/output error").waitFor();
  await eventually(async () => await brightness.inputValue() === "33", () => "it shows a wish");
});

Deno.test("without permission, the page has no panel", async () => {
  await using site = await start(false);
  await using open = await openPage(site.url);
  const { page, complaints } = open;
  await page.locator("#verdict", { hasText: "Live" }).waitFor();
  await page.keyboard.press("c");
  assertEquals(await page.locator("#adjust").isHidden(), true);
  assertEquals(await page.locator("#panel").isHidden(), true);
  assertEquals(complaints, []);
});

for (const colorScheme of ["dark", "light"] as const) {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 800 }]) {
    Deno.test(`the ${colorScheme} panel is accessible at ${viewport.width} pixels`, async () => {
      await using site = await start();
      await using open = await openPage(site.url, { colorScheme, viewport });
      const { page } = open;
      await openPanel(page);
      await page.evaluate(axe.source);
      const { violations }: AxeResults = await page.evaluate("axe.run()");
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
      assertEquals(found, []);
    });
  }
}
