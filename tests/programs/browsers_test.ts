import { assertEquals } from "@std/assert";
import { openChromium } from "../support/chromium.ts";
import { Firefox } from "../support/firefox.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";

Deno.test("browsers show a moving stream", async (t) => {
  await using way = await Pipeline.start({ server: ["--device", "test"] });

  await t.step("Chromium shows the bare stream", async () => {
    const browser = await openChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
      // A stream never finishes loading, so wait only until it has begun.
      await page.goto(`${way.url}/stream`, { waitUntil: "commit" });
      await seesMovingPicture(() => page.screenshot());
    } finally {
      await browser.close();
    }
  });

  await t.step(
    "Firefox shows the page without console messages, and the bare stream at a low rate",
    async () => {
      await using firefox = await Firefox.start();
      await firefox.open(`${way.url}/`);
      await seesMovingPicture(() => firefox.screenshot());
      assertEquals(firefox.complaints, []);
      // At 30 frames a second Firefox shows nothing here, from any server (docs/viewers.md).
      await firefox.open(`${way.url}/stream?fps=2`);
      await seesMovingPicture(() => firefox.screenshot());
    },
  );
});
