/**
 * The viewer page and what belongs to it: as it is, since browsers read modules themselves.
 *
 * @module
 */

import clock from "./clock.js" with { type: "text" };
import controls from "./controls.js" with { type: "text" };
import exifTime from "./exif_time.js" with { type: "text" };
import feed from "./feed.js" with { type: "text" };
import main from "./main.js" with { type: "text" };
import numbers from "./numbers.js" with { type: "text" };
import html from "./page.html" with { type: "text" };
import css from "./page.css" with { type: "text" };
import picture from "./picture.js" with { type: "text" };
import words from "./words.js" with { type: "text" };

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly text: string;
}

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const JS = "text/javascript; charset=utf-8";

/** The page itself. */
export const PAGE: Asset = { type: HTML, text: html };

/** What it loads, by path. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "/page/page.css": { type: CSS, text: css },
  "/page/clock.js": { type: JS, text: clock },
  "/page/controls.js": { type: JS, text: controls },
  "/page/exif_time.js": { type: JS, text: exifTime },
  "/page/feed.js": { type: JS, text: feed },
  "/page/main.js": { type: JS, text: main },
  "/page/numbers.js": { type: JS, text: numbers },
  "/page/picture.js": { type: JS, text: picture },
  "/page/words.js": { type: JS, text: words },
};

/**
 * What the page may do: run and show what comes from here, and nothing else. Other pages show it in
 * a frame only when they are of this origin or of one that is allowed.
 */
export function contentSecurityPolicy(origins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${["'self'", ...origins].join(" ")}`,
  ].join("; ");
}
