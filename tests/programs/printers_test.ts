import { assertEquals } from "@std/assert";
import { Image } from "imagescript";
import { openChromium } from "../support/chromium.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";

/** Debian's Python, which finds Debian's libraries. */
const PYTHON = "/usr/bin/python3";

/** Takes OctoPrint's snapshot for a time lapse, with the same library. */
const SNAPSHOT = `
import requests, sys
response = requests.get(sys.argv[1], stream=True, timeout=60)
response.raise_for_status()
assert response.headers["content-type"].startswith("image/"), response.headers
for chunk in response.iter_content(1024):
    sys.stdout.write(chunk.hex())
`;

/** Serves a printer's page at another origin than the camera's. */
function servePage() {
  const page = Deno.readTextFileSync(new URL("./printers.html", import.meta.url));
  const headers = { "content-type": "text/html" };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response(page, { headers });
  });
}

Deno.test("OctoPrint and Mainsail show the stream on a page of another origin", async (t) => {
  await using pages = servePage();
  // To a browser, localhost and 127.0.0.1 are different sites.
  const origin = `http://127.0.0.1:${pages.addr.port}`;
  await using way = await Pipeline.start({
    server: ["--device", "test"],
    client: ["--allow-origin", origin],
  });
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const printer = `${origin}/?camera=${encodeURIComponent(way.url)}`;

    await t.step("OctoPrint's <img> moves", async () => {
      await page.goto(printer);
      await page.evaluate("octoprint()");
      await seesMovingPicture(() => page.locator("#stream").screenshot());
    });

    await t.step("Mainsail's adaptive player gets 30 snapshots in a row", async () => {
      await page.goto(printer);
      assertEquals(await page.evaluate("snapshots(30)"), 30);
    });

    await t.step("Mainsail's stream player finds complete frames", async () => {
      assertEquals(await page.evaluate("frames(30)"), Array(30).fill("1280x720"));
    });

    assertEquals(complaints.filter((words) => !words.includes("favicon")), []);
  } finally {
    await browser.close();
  }

  await t.step("OctoPrint's snapshot decodes", async () => {
    const args = ["-c", SNAPSHOT, `${way.url}/?action=snapshot`];
    await using python = new Program(PYTHON, args);
    assertEquals([await python.ends(), python.stderr], [0, ""]);
    const { width, height } = await Image.decode(Uint8Array.fromHex(python.stdout));
    assertEquals([width, height], [1280, 720]);
  });
});
