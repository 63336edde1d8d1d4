/**
 * Debian's Chromium, without a screen.
 *
 * @module
 */

import { type Browser, chromium } from "playwright-core";

/** Starts it, without what needs a network or a sandbox of its own. */
export async function openChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}
