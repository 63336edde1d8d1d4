import meters from "../../flow/meters.js" with { type: "text" };
import exifBlock from "../../frame/exif_block.js" with { type: "text" };
import clock from "../../time/clock.js" with { type: "text" };
import clockSync from "../../time/clock_sync.js" with { type: "text" };
import address from "./address.js" with { type: "text" };
import controls from "./controls.js" with { type: "text" };
import feed from "./feed.js" with { type: "text" };
import main from "./main.js" with { type: "text" };
import css from "./page.css" with { type: "text" };
import html from "./page.html" with { type: "text" };
import picture from "./picture.js" with { type: "text" };
import words from "./words.js" with { type: "text" };

/** A file of the viewer page, sent as it is: browsers load modules themselves. */
export interface Asset {
  readonly type: string;
  readonly text: string;
}

const JS = "text/javascript; charset=utf-8";

/** The page itself. */
export const PAGE: Asset = { type: "text/html; charset=utf-8", text: html };

/** The files it loads, where they are in this repository, so that their imports hold in both. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "/lib/flow/meters.js": { type: JS, text: meters },
  "/lib/frame/exif_block.js": { type: JS, text: exifBlock },
  "/lib/http/page/address.js": { type: JS, text: address },
  "/lib/http/page/controls.js": { type: JS, text: controls },
  "/lib/http/page/feed.js": { type: JS, text: feed },
  "/lib/http/page/main.js": { type: JS, text: main },
  "/lib/http/page/page.css": { type: "text/css; charset=utf-8", text: css },
  "/lib/http/page/picture.js": { type: JS, text: picture },
  "/lib/http/page/words.js": { type: JS, text: words },
  "/lib/time/clock.js": { type: JS, text: clock },
  "/lib/time/clock_sync.js": { type: JS, text: clockSync },
};

/**
 * What the page may do: run and show what this endpoint sends, and nothing else. Only pages of this
 * origin, and of `origins`, may show it in a frame.
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
