/**
 * What is where: from a request to a response, without a port.
 *
 * @module
 */

import { accepts } from "@std/http/negotiation";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import type { BasicAuth } from "./basic_auth.ts";
import type { HostCheck } from "./host_check.ts";
import { metrics, METRICS_TYPE } from "./metrics.ts";
import { MJPEG_TYPE, MjpegResponse } from "./mjpeg.ts";
import page from "./page.html" with { type: "text" };
import { snapshot } from "./snapshot.ts";
import { type FeedState, type State, trouble } from "./state.ts";
import { MAX_VIEWERS, type Viewers } from "./viewers.ts";

/** What the answers are made of. */
export interface Site {
  /** The frames that are shown. */
  readonly frames: Hub<Frame>;
  /** Who watches. */
  readonly viewers: Viewers;
  /** What is known of the frames. */
  readonly readState: () => FeedState;
  /** Makes a PNG of a frame; without it there is no `/snapshot.png`. */
  readonly encodePng?: EncodePng;
  /** The names that it answers to. */
  readonly hosts: HostCheck;
  /** Who may watch; without it, everybody. */
  readonly auth?: BasicAuth;
  /** The origins whose pages may read the answers, as CORS has it; `*` is all. */
  readonly origins: readonly string[];
}

/** Makes a PNG of a frame. */
export type EncodePng = (frame: Frame) => Promise<Uint8Array<ArrayBuffer>>;

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Answers a request; `address` is whose it is. */
export async function handle(site: Site, request: Request, address: string): Promise<Response> {
  const response = await answer(site, request, address);
  for (const [name, value] of sharing(site, request)) response.headers.set(name, value);
  return response;
}

async function answer(site: Site, request: Request, address: string): Promise<Response> {
  const { hostname } = new URL(request.url);
  if (!site.hosts.accepts(hostname)) {
    const mend = `if it is this machine, start again with --allow-host ${hostname}`;
    return text(403, `This is not ${hostname}; ${mend}`);
  }
  if (!METHODS.includes(request.method)) {
    return text(405, `${request.method} is not for here`, { allow: METHODS.join(", ") });
  }
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: METHODS.join(", ") } });
  }
  const refused = site.auth?.refusal(request.headers.get("authorization"), address);
  if (refused) return text(refused.status, refused.words, refused.headers);
  const what = resource(request, site);
  if (request.method === "HEAD") {
    // Watchers of the watching ask this way too, and the status is all they read.
    return what === "health" ? new Response(null, health(site)) : head(what);
  }
  switch (what) {
    case "page":
      return new Response(page, { headers: headers("text/html; charset=utf-8") });
    case "stream":
      return stream(site.viewers, request, address);
    case "snapshot":
      return await still(site, TYPES.snapshot, ({ bytes }) => bytes);
    case "png":
      return await still(site, TYPES.png, site.encodePng!);
    case "health":
      return health(site);
    case "state":
      return new Response(JSON.stringify(state(site)), { headers: headers(TYPES.state) });
    case "metrics":
      return new Response(await metrics(state(site)), { headers: headers(TYPES.metrics) });
    case undefined:
      return text(404, "There is nothing here; the picture is at /");
  }
}

type Resource = keyof typeof TYPES | undefined;

const PATHS: Readonly<Record<string, Resource>> = {
  "/stream": "stream",
  "/stream.mjpg": "stream",
  "/snapshot": "snapshot",
  "/snapshot.jpg": "snapshot",
  "/snapshot.png": "png",
  "/state": "state",
  "/metrics": "metrics",
  "/healthz": "health",
};

function resource(request: Request, { encodePng }: Site): Resource {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/snapshot.png" && !encodePng) return undefined;
  if (pathname !== "/") return Object.hasOwn(PATHS, pathname) ? PATHS[pathname] : undefined;
  // OctoPrint and Klipper ask as they ask mjpg-streamer.
  const action = searchParams.get("action");
  if (action === "stream" || action === "snapshot") return action;
  // A browser names HTML; `ffplay http://...` and `curl` take anything.
  return accepts(request, "image/jpeg", "text/html") === "text/html" ? "page" : "stream";
}

const TYPES = {
  page: "text/html; charset=utf-8",
  stream: MJPEG_TYPE,
  snapshot: "image/jpeg",
  png: "image/png",
  state: "application/json",
  metrics: METRICS_TYPE,
  health: "text/plain; charset=utf-8",
} as const;

/** Who may do what with an answer: pages of this machine show it, others only if they are allowed. */
function sharing({ origins }: Site, request: Request): [string, string][] {
  if (origins.length === 0) return [["cross-origin-resource-policy", "same-site"]];
  const origin = request.headers.get("origin");
  const allowed = origins.includes("*") ? "*" : origins.find((allowed) => allowed === origin);
  return [
    ["cross-origin-resource-policy", "cross-origin"],
    ["vary", "origin"],
    ...allowed ? [["access-control-allow-origin", allowed] as [string, string]] : [],
  ];
}

/** The headers alone; nobody watches yet. */
function head(what: Resource): Response {
  return new Response(null, what ? { headers: headers(TYPES[what]) } : { status: 404 });
}

function headers(type: string): Record<string, string> {
  return {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
}

function text(status: number, words: string, more: Record<string, string> = {}): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { ...headers("text/plain; charset=utf-8"), ...more },
  });
}

function stream(viewers: Viewers, request: Request, address: string): Response {
  const { pathname, search, searchParams } = new URL(request.url);
  const fps = Number(searchParams.get("fps") ?? Infinity);
  if (!(fps > 0)) return text(400, "fps takes a number above 0, as in /stream?fps=5");
  const viewer = viewers.join({ address, path: pathname + search, fps });
  if (viewer) return new MjpegResponse(viewer, headers(MJPEG_TYPE));
  const words = `${MAX_VIEWERS} watch already, and there is no room for more; try again later`;
  return text(503, words, { "retry-after": "10" });
}

function state({ readState, viewers }: Site): State {
  return { ...readState(), viewers: viewers.state };
}

/** Whether frames come, for whoever watches over the watching. */
function health({ readState }: Site): Response {
  const why = trouble(readState());
  return why === undefined ? text(200, "ok") : text(503, why);
}

async function still(
  { frames, readState }: Site,
  type: string,
  encode: (frame: Frame) => BodyInit | Promise<BodyInit>,
): Promise<Response> {
  const frame = await snapshot(frames);
  let why = trouble(readState()) ?? "none came in time";
  try {
    if (frame) return new Response(await encode(frame), { headers: headers(type) });
  } catch (error) {
    why = (error as Error).message;
  }
  return text(503, `No picture: ${why}`, { "retry-after": "1" });
}
