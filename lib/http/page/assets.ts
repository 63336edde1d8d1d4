/** A file of the viewer page, sent as it is: browsers load modules themselves. */
export interface Asset {
  readonly type: string;
  readonly text: string;
}

/** The pages, and the files that they load by their paths. */
export interface Assets {
  /** Shows one camera. */
  readonly page: Asset;
  /** Shows all cameras. */
  readonly wall: Asset;
  readonly files: Readonly<Record<string, Asset>>;
}

/** This repository's folder, where paths have the same meaning as in the page. */
const ROOT = new URL("../../../", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** What the page loads. Some of these modules run in the server, too. */
const PATHS: readonly string[] = [
  "/lib/flow/meters.js",
  "/lib/frame/exif_block.js",
  "/lib/http/page/address.js",
  "/lib/http/page/controls.js",
  "/lib/http/page/feed.js",
  "/lib/http/page/layout.js",
  "/lib/http/page/main.js",
  "/lib/http/page/page.css",
  "/lib/http/page/panel.js",
  "/lib/http/page/panel_row.js",
  "/lib/http/page/picture.js",
  "/lib/http/page/poll.js",
  "/lib/http/page/tile.js",
  "/lib/http/page/wall.css",
  "/lib/http/page/wall.js",
  "/lib/http/page/wall_feed.js",
  "/lib/http/page/words.js",
  "/lib/time/clock.js",
  "/lib/time/clock_sync.js",
];

let assets: Assets | undefined;

/** The page's files, which are read once. @throws {Deno.errors.NotCapable} */
export function readAssets(): Assets {
  return assets ??= {
    page: read("/lib/http/page/page.html"),
    wall: read("/lib/http/page/wall.html"),
    files: Object.fromEntries(PATHS.map((path) => [path, read(path)])),
  };
}

/** The page of one camera among several, with a link to all of them, which are so many folders up. */
export function withWay({ type, text }: Asset, up: number): Asset {
  const link = `<a id="all" href="${"../".repeat(up)}">All cameras</a>`;
  return { type, text: text.replace("<!-- all -->", link) };
}

function read(path: string): Asset {
  const type = TYPES[path.replace(/^.*\./, "")];
  return { type, text: Deno.readTextFileSync(new URL(`.${path}`, ROOT)) };
}

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
