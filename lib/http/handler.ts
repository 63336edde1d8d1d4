/**
 * What is where: from a request to a response, without a port.
 *
 * @module
 */

import { accepts } from "@std/http/negotiation";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { type Door, mayConnect, refusal, sharing } from "./admission.ts";
import { metrics, METRICS_TYPE } from "./metrics.ts";
import { MJPEG_TYPE, MjpegResponse } from "./mjpeg.ts";
import { type Asset, ASSETS, contentSecurityPolicy, PAGE } from "./page/assets.ts";
import { headers, text } from "./reply.ts";
import { snapshot } from "./snapshot.ts";
import { type FeedState, type State, trouble } from "./state.ts";
import type { Viewer } from "./viewer.ts";
import { MAX_VIEWERS, type Viewers } from "./viewers.ts";
import { SocketResponse } from "./web_socket.ts";

/** What the answers are made of, and who gets one. */
export interface Site extends Door {
  /** The frames that are shown. */
  readonly frames: Hub<Frame>;
  /** Who watches. */
  readonly viewers: Viewers;
  /** What is known of the frames. */
  readonly readState: () => FeedState;
  /** Makes a PNG of a frame; without it there is no `/snapshot.png`. */
  readonly encodePng?: EncodePng;
}

/** Makes a PNG of a frame. */
export type EncodePng = (frame: Frame) => Promise<Uint8Array<ArrayBuffer>>;

/** Answers a request; `address` is whose it is. */
export async function handle(site: Site, request: Request, address: string): Promise<Response> {
  const response = refusal(site, request, address) ?? await answer(site, request, address);
  for (const [name, value] of sharing(site, request)) response.headers.set(name, value);
  return response;
}

async function answer(site: Site, request: Request, address: string): Promise<Response> {
  const what = resource(request, site);
  if (request.method === "HEAD") {
    return head(site, what);
  }
  switch (what) {
    case "page":
      return page(site, PAGE);
    case "stream":
      return stream(site, request, address);
    case "socket":
      return socket(site, request, address);
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
    default:
      return page(site, what);
  }
}

type Resource = keyof typeof TYPES | Asset | undefined;

const PATHS: Readonly<Record<string, Resource>> = {
  "/stream": "stream",
  "/stream.mjpg": "stream",
  "/snapshot": "snapshot",
  "/snapshot.jpg": "snapshot",
  "/snapshot.png": "png",
  "/ws": "socket",
  "/state": "state",
  "/metrics": "metrics",
  "/healthz": "health",
  ...ASSETS,
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
  page: PAGE.type,
  stream: MJPEG_TYPE,
  socket: "text/plain; charset=utf-8",
  snapshot: "image/jpeg",
  png: "image/png",
  state: "application/json",
  metrics: METRICS_TYPE,
  health: "text/plain; charset=utf-8",
} as const;

/** The headers alone; nobody watches yet. */
function head(site: Site, what: Resource): Response {
  if (!what) return new Response(null, { status: 404 });
  // Watchers of the watching ask this way too, and the status is all they read.
  if (what === "health") return new Response(null, health(site));
  if (what === "socket") return new Response(null, upgradeRequired());
  return new Response(null, {
    headers: headers(typeof what === "string" ? TYPES[what] : what.type),
  });
}

function page({ origins }: Site, { type, text }: Asset): Response {
  const policy = contentSecurityPolicy(origins);
  return new Response(text, {
    headers: { ...headers(type), "content-security-policy": policy },
  });
}

function stream({ viewers }: Site, request: Request, address: string): Response {
  const viewer = join(viewers, request, address, { repeats: true });
  return viewer instanceof Response ? viewer : new MjpegResponse(viewer, headers(MJPEG_TYPE));
}

function socket(site: Site, request: Request, address: string): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return upgradeRequired();
  }
  if (!mayConnect(site, request)) {
    const origin = request.headers.get("origin");
    return text(403, `Pages of ${origin} may not watch; if they may, use --allow-origin ${origin}`);
  }
  // Its page says by itself what is wrong, but needs something to say it on.
  const { viewers, frames, readState } = site;
  const viewer = join(viewers, request, address, { repeats: false });
  if (viewer instanceof Response) return viewer;
  if (frames.latest && trouble(readState())) viewer.show(frames.latest);
  return new SocketResponse(viewer);
}

function upgradeRequired(): Response {
  return text(426, "This is for a WebSocket; the stream is at /stream", { upgrade: "websocket" });
}

/** A new viewer, or why there is none. */
function join(
  viewers: Viewers,
  request: Request,
  address: string,
  { repeats }: { readonly repeats: boolean },
): Viewer | Response {
  const { pathname, search, searchParams } = new URL(request.url);
  const fps = Number(searchParams.get("fps") ?? Infinity);
  if (!(fps > 0)) return text(400, `fps takes a number above 0, as in ${pathname}?fps=5`);
  const viewer = viewers.join({ address, path: pathname + search, fps, repeats });
  if (viewer) return viewer;
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
