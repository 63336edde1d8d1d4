/**
 * A browser with the viewer page.
 *
 * @module
 */

import type { BrowserContextOptions, Page } from "./packages.ts";
import { openChromium } from "./chromium.ts";

/** A page in a browser of its own, and what the browser complains about. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Messages of the console, and uncaught errors. */
  readonly complaints: string[];
}

/** Opens a page; `prepare` runs before anything is loaded. */
export async function openPage(
  url: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<OpenPage> {
  const browser = await openChromium();
  const complaints: string[] = [];
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await prepare(page);
    await page.goto(url);
    return { page, complaints, [Symbol.asyncDispose]: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/**
 * Makes the page believe that it is hidden, or visible again. A browser without a window never hides
 * a page.
 */
export async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    const { document } = globalThis as unknown as { document: EventTarget };
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}
