import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { chromium } from "playwright-core";
import { clientUrl, serverPort, startClient, startServer } from "./support/programs.ts";

/** Debian's Chromium, without what needs a network or a sandbox of its own. */
async function openBrowser() {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

Deno.test("the page shows a picture that moves, and its rate", async () => {
  await using server = startServer("--device", "test", "--host", "127.0.0.1", "--port", "0");
  const port = await serverPort(server);
  await using client = startClient("--host", "127.0.0.1", "--port", port, "--http-port", "0");
  const url = await clientUrl(client);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    await page.getByText(/^(29|30|31)\.\d fps$/).waitFor();
    assertEquals(await page.locator("#state").textContent(), "live – test picture");
    assertEquals(await page.locator("#size").textContent(), "1280×720");
    assertMatch(await page.locator("#age").textContent() ?? "", /^\d+\.\d ms$/);
    const picture = page.locator("#picture");
    const before = await picture.screenshot();
    await delay(1000);
    const after = await picture.screenshot();
    assert(before.length > 10_000, "the picture is blank");
    assertNotEquals(before, after);
    assertEquals(complaints, []);
  } finally {
    await browser.close();
  }
});

Deno.test("the page says what is wrong with a transform, and draws the motion", async () => {
  const module = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(module, `export default () => {\n  throw new Error("as asked");\n};`);
  await using server = startServer("--device", "test", "--host", "127.0.0.1", "--port", "0");
  const port = ["--port", await serverPort(server), "--http-port", "0"];
  await using client = startClient("--host", "127.0.0.1", ...port, "--transform", module);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(await clientUrl(client));
    await page.getByText(`shown as it comes: ${module}:2: as asked`).waitFor();
    // The test picture moves: the newest bars are not flat.
    await page.locator("#motion path:not([d$='M59 1V1h1V1z'])[d*='M59 1V0.']").waitFor({
      state: "attached",
    });
  } finally {
    await browser.close();
    await Deno.remove(module);
  }
});
