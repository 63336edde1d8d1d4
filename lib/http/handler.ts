import { cleanText } from "../access/clean_text.ts";
import { sharingHeaders } from "../access/origin_policy.ts";
import {
  type AccessPolicy,
  passwordRefusal,
  refusal,
  reportEmbedding,
  socketRefusal,
} from "./access.ts";
import { type Channel, type ChannelMap, type Channels, ONLY } from "./channels.ts";
import { metrics } from "./metrics.ts";
import { MJPEG_TYPE, MjpegResponse } from "./mjpeg.ts";
import { healthOf, listOf, NO_CAMERA, stateOf } from "./overview.ts";
import { type Asset, contentSecurityPolicy } from "./page/assets.ts";
import { MAX_VIEWERS } from "./places.ts";
import { headers, text } from "./reply.ts";
import { type Route, routeOf, TYPES } from "./route.ts";
import { snapshot } from "./snapshot.ts";
import { unavailableReason } from "./state.ts";
import type { Viewer } from "./viewer.ts";
import type { Viewers } from "./viewers.ts";
import { SocketResponse } from "./web_socket.ts";

export type { EncodePng } from "./channels.ts";

/** What the answers are made of: a camera, and who gets in. */
export interface Site extends AccessPolicy, Channel {}

/** What the answers are made of where there are several cameras. */
export interface Sites extends AccessPolicy, Pick<Channels, "channels"> {}

/** Where a request comes from. */
export type Remote = Pick<Deno.NetAddr, "hostname" | "port">;

/** The fewest frames a second that a viewer may ask for: one a minute. */
export const MIN_FPS = 1 / 60;
/** How much of a viewer's path is shown, in characters. */
export const MAX_PATH = 100;

/** Answers a request, without a port. */
export async function handle(
  site: Site | Sites,
  request: Request,
  remote: Remote,
): Promise<Response> {
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

async function answer(site: Site | Sites, request: Request, remote: Remote): Promise<Response> {
  const route = routeOf(request, channelsOf(site));
  if (request.method === "HEAD") return head(route);
  if (route instanceof Response) return route;
  const { resource, channels } = route;
  switch (resource) {
    case "cameras":
      return json(listOf(channels));
    case "health":
      return healthOf(channels);
    case "metrics":
      return await metricsOf(channels);
  }
  if (typeof resource === "object") return asset(site, resource);
  const [channel] = channels.values();
  if (!channel) return text(503, NO_CAMERA, { "retry-after": "1" });
  switch (resource) {
    case "stream":
      return stream(channel, request, remote);
    case "socket":
      return socket(site, channel, request, remote);
    case "snapshot":
      return await snapshot(channel, request, TYPES.snapshot, ({ bytes }) => bytes);
    case "png":
      return await snapshot(channel, request, TYPES.png, channel.encodePng!);
    case "state":
      return json(stateOf(channel));
  }
}

function channelsOf(site: Site | Sites): ChannelMap {
  return "channels" in site ? site.channels : new Map([[ONLY, site]]);
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: headers(TYPES.state) });
}

async function metricsOf(channels: ChannelMap): Promise<Response> {
  const states = [...channels].map(([name, channel]) => [name, stateOf(channel)] as const);
  return new Response(await metrics(new Map(states)), { headers: headers(TYPES.metrics) });
}

/** The headers alone, which makes nobody a viewer. */
function head(route: Route | Response): Response {
  if (route instanceof Response) return new Response(null, route);
  const { resource, channels } = route;
  // Monitors use HEAD too, and read only the status.
  if (resource === "health") return new Response(null, healthOf(channels));
  if (resource === "socket") return new Response(null, upgradeRequired());
  const type = typeof resource === "string" ? TYPES[resource] : resource.type;
  return new Response(null, { headers: headers(type) });
}

function asset({ origins }: AccessPolicy, { type, text }: Asset): Response {
  const policy = contentSecurityPolicy(origins);
  return new Response(text, {
    headers: { ...headers(type), "content-security-policy": policy },
  });
}

function stream({ viewers }: Channel, request: Request, remote: Remote): Response {
  const viewer = join(viewers, request, remote, { repeats: true });
  if (viewer instanceof Response) return viewer;
  return new MjpegResponse(viewer, { ...headers(MJPEG_TYPE), ...UNBUFFERED });
}

/** What tells proxies to pass frames on as they come; nginx would keep seconds of them. */
const UNBUFFERED = { "cache-control": "no-store, no-transform", "x-accel-buffering": "no" };

function socket(
  site: AccessPolicy,
  { viewers, frames, readState }: Channel,
  request: Request,
  remote: Remote,
): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return upgradeRequired();
  const refused = socketRefusal(site, request);
  if (refused) return refused;
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
