/**
 * Makes the moving picture of the README: the viewer page, with people who walk past a camera.
 *
 * @module
 */

import { print } from "../lib/cli/terminal.ts";
import { openPage } from "../tests/support/browser.ts";
import { FOOTAGE } from "../tests/support/pictures.ts";
import { Pipeline } from "../tests/support/pipeline.ts";

const PICTURE = new URL("../docs/page.webp", import.meta.url).pathname;
/** The page, in pixels; how many pictures of it, and how many a second. */
const PAGE = { width: 800, height: 660 };
const COUNT = 40;
const FPS = 5;
/** The quality of the pictures, from 0 to 100: the file should load quickly. */
const QUALITY = "55";

const folder = await Deno.makeTempDir();
try {
  await using way = await Pipeline.start({ server: ["--device", FOOTAGE] });
  await using open = await openPage(`${way.url}/`, { viewport: PAGE, colorScheme: "dark" });
  await open.page.locator("#verdict", { hasText: "Live" }).waitFor();
  // The graph of the motion needs some seconds to show anything.
  await open.page.waitForTimeout(10_000);
  const startedAt = performance.now();
  for (let i = 0; i < COUNT; i++) {
    await open.page.waitForTimeout(Math.max(0, startedAt + i * 1000 / FPS - performance.now()));
    await open.page.screenshot({ path: `${folder}/${String(i).padStart(3, "0")}.png` });
  }
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-y", "-v", "error", "-framerate", String(FPS), "-i", `${folder}/%03d.png`],
      ...["-c:v", "libwebp_anim", "-loop", "0", "-quality", QUALITY, "-compression_level", "6"],
      PICTURE,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  print(`${PICTURE}: ${Math.ceil(Deno.statSync(PICTURE).size / 1024)} KiB`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
