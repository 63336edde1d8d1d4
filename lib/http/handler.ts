import { accepts } from "@std/http/negotiation";
import { cleanText } from "../access/clean_text.ts";
import { sharingHeaders } from "../access/origin_policy.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import {
  type AccessPolicy,
  passwordRefusal,
  refusal,
  reportEmbedding,
  socketRefusal,
} from "./access.ts";
import { metrics, METRICS_TYPE } from "./metrics.ts";
import { MJPEG_TYPE, MjpegResponse } from "./mjpeg.ts";
import { type Asset, contentSecurityPolicy, readAssets } from "./page/assets.ts";
import { headers, text } from "./reply.ts";
import { snapshot } from "./snapshot.ts";
import { type FeedState, type State, unavailableReason } from "./state.ts";
import type { Viewer } from "./viewer.ts";
import { MAX_VIEWERS, type Viewers } from "./viewers.ts";
import { SocketResponse } from "./web_socket.ts";

/** What the answers are made of, and who gets one. */
export interface Site extends AccessPolicy {
  /** The frames to show. */
  readonly frames: Hub<Frame>;
  /** Who watches them. */
  readonly viewers: Viewers;
  /** Returns what is known of them. */
  readonly readState: () => FeedState;
  /** Makes a PNG of a frame; without it, there is no `/snapshot.png`. */
  readonly encodePng?: EncodePng;
}

/**
 * Makes a PNG of a frame; it is done with the frame once the promise settles. The signal is aborted
 * when nobody waits for the PNG any more.
 */
export type EncodePng = (frame: Frame, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

/** Where a request comes from. */
export type Remote = Pick<Deno.NetAddr, "hostname" | "port">;

/** The fewest frames a second that a viewer may ask for: one a minute. */
export const MIN_FPS = 1 / 60;
/** How much of a viewer's path is shown, in characters. */
export const MAX_PATH = 100;

/** Answers a request, without a port. */
export async function handle(site: Site, request: Request, remote: Remote): Promise<Response> {
  const { auth } = site;
  reportEmbedding(site, request);
  const response = refusal(site, request) ??
    (auth && await passwordRefusal(auth, site.onRefused, request, remote.hostname)) ??
    await answer(site, request, remote);
  for (const [name, value] of sharingHeaders(site.origins, request)) {
    response.headers.set(name, value);
  }
  return response;
}

async function answer(site: Site, request: Request, remote: Remote): Promise<Response> {
  const resource = find(request, site);
  if (request.method === "HEAD") return head(site, resource);
  switch (resource) {
    case "stream":
      return stream(site, request, remote);
    case "socket":
      return socket(site, request, remote);
    case "snapshot":
      return await snapshot(site, request, TYPES.snapshot, ({ bytes }) => bytes);
    case "png":
      return await snapshot(site, request, TYPES.png, site.encodePng!);
    case "health":
      return health(site);
    case "state":
      return new Response(JSON.stringify(state(site)), { headers: headers(TYPES.state) });
    case "metrics":
      return new Response(await metrics(state(site)), { headers: headers(TYPES.metrics) });
    case undefined:
      return text(404, "There is nothing here; the picture is at /");
    default:
      return asset(site, resource);
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
};

function find(request: Request, { encodePng }: Site): Resource {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/snapshot.png" && !encodePng) return undefined;
  const { page, files } = readAssets();
  if (pathname !== "/") {
    const known = [PATHS, files].find((paths) => Object.hasOwn(paths, pathname));
    return known?.[pathname];
  }
  // OctoPrint and Klipper send the requests of mjpg-streamer.
  const action = searchParams.get("action");
  if (action === "stream" || action === "snapshot") return action;
  // A browser asks for HTML by name; `ffplay http://...` and `curl` accept anything.
  return accepts(request, "image/jpeg", "text/html") === "text/html" ? page : "stream";
}

const TYPES = {
  stream: MJPEG_TYPE,
  socket: "text/plain; charset=utf-8",
  snapshot: "image/jpeg",
  png: "image/png",
  state: "application/json",
  metrics: METRICS_TYPE,
  health: "text/plain; charset=utf-8",
} as const;

/** The headers alone, which makes nobody a viewer. */
function head(site: Site, resource: Resource): Response {
  if (!resource) return new Response(null, { status: 404 });
  // Monitors use HEAD too, and read only the status.
  if (resource === "health") return new Response(null, health(site));
  if (resource === "socket") return new Response(null, upgradeRequired());
  const type = typeof resource === "string" ? TYPES[resource] : resource.type;
  return new Response(null, { headers: headers(type) });
}

function asset({ origins }: Site, { type, text }: Asset): Response {
  const policy = contentSecurityPolicy(origins);
  return new Response(text, {
    headers: { ...headers(type), "content-security-policy": policy },
  });
}

function stream({ viewers }: Site, request: Request, remote: Remote): Response {
  const viewer = join(viewers, request, remote, { repeats: true });
  if (viewer instanceof Response) return viewer;
  return new MjpegResponse(viewer, { ...headers(MJPEG_TYPE), ...UNBUFFERED });
}

/** What tells proxies to pass frames on as they come; nginx would keep seconds of them. */
const UNBUFFERED = { "cache-control": "no-store, no-transform", "x-accel-buffering": "no" };

function socket(site: Site, request: Request, remote: Remote): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return upgradeRequired();
  const refused = socketRefusal(site, request);
  if (refused) return refused;
  const { viewers, frames, readState } = site;
  // The page itself says why no frames come, so it needs neither repeats nor notices.
  const viewer = join(viewers, request, remote, { repeats: false });
  if (viewer instanceof Response) return viewer;
  // But it says so on top of the last frame.
  if (frames.latest && unavailableReason(readState())) viewer.show(frames.latest);
  return new SocketResponse(viewer);
}

function upgradeRequired(): Response {
  return text(426, "This is for WebSockets; the stream is at /stream", { upgrade: "websocket" });
}

/** A new viewer, or why there is none. */
function join(
  viewers: Viewers,
  request: Request,
  { hostname, port }: Remote,
  { repeats }: { readonly repeats: boolean },
): Viewer | Response {
  const { pathname, search, searchParams } = new URL(request.url);
  const fps = Number(searchParams.get("fps") ?? Infinity);
  if (!(fps >= MIN_FPS)) {
    const least = "a number of at least 1/60, which is a frame a minute";
    return text(400, `fps must be ${least}, as in ${cleanText(pathname)}?fps=5`);
  }
  const path = cleanText(pathname + search, MAX_PATH);
  const viewer = viewers.join({ hostname, port, path, fps, repeats });
  if (viewer) return viewer;
  const words = `All ${MAX_VIEWERS} places are taken; try again later`;
  return text(503, words, { "retry-after": "10" });
}

function state({ readState, viewers }: Site): State {
  return { ...readState(), viewers: viewers.state, viewerCount: viewers.count };
}

/** Whether frames come, for monitors. */
function health({ readState }: Site): Response {
  const reason = unavailableReason(readState());
  return reason === undefined ? text(200, "ok") : text(503, cleanText(reason));
}
