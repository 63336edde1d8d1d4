/**
 * Makes the picture of the wall in docs/cameras.md: six cameras, each a part of the same footage.
 *
 * @module
 */

import { print } from "../lib/cli/terminal.ts";
import { openPage } from "../tests/support/browser.ts";
import { FOOTAGE } from "../tests/support/pictures.ts";
import { Pipeline } from "../tests/support/pipeline.ts";

const PICTURE = new URL("../docs/wall.jpg", import.meta.url).pathname;
/** The page, in pixels. */
const PAGE = { width: 960, height: 560 };
/** For each camera, the part of the footage that it shows, as an ffmpeg filter. */
const CAMERAS = {
  porch: "crop=384:288:0:288",
  garden: "crop=384:288:384:288",
  street: "null",
  shop: "crop=384:288:384:0",
  gate: "hflip",
  yard: "crop=512:384:128:192",
};

const server = Object.entries(CAMERAS).flatMap(([name, filter]) => [
  ...["--device", `${name}=${FOOTAGE}`, "--filter", `${name}=${filter}`],
]);
await using way = await Pipeline.start({ server });
await using open = await openPage(`${way.url}/`, { viewport: PAGE, colorScheme: "dark" });
await open.page.locator("#verdict", { hasText: `All ${Object.keys(CAMERAS).length} live` })
  .waitFor({ timeout: 60_000 });
// The rates need some seconds.
await open.page.waitForTimeout(10_000);
await open.page.screenshot({ path: PICTURE, type: "jpeg", quality: 75 });
print(`${PICTURE}: ${Math.ceil(Deno.statSync(PICTURE).size / 1024)} KiB`);
