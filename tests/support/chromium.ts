/**
 * Debian's Chromium, headless.
 *
 * @module
 */

import { type Browser, chromium } from "./packages.ts";

/** Starts it without a sandbox, and without what would need a network. */
export async function openChromium(more: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...more,
    ],
  });
}
