import type { BasicAuth } from "../access/basic_auth.ts";
import { cleanText } from "../access/clean_text.ts";
import type { Permit } from "../access/links.ts";
import { sharingHeaders } from "../access/origin_policy.ts";
import {
  type AccessPolicy,
  linkOf,
  linkPermit,
  openPathOf,
  passwordRefusal,
  refusal,
  reportEmbedding,
  socketRefusal,
} from "./access.ts";
import { type Channel, type ChannelMap, ONLY } from "./channels.ts";
import { changeControls, readControls } from "./controls.ts";
import { metrics } from "./metrics.ts";
import { MJPEG_TYPE, MjpegResponse } from "./mjpeg.ts";
import { healthOf, listOf, NO_CAMERA, stateOf } from "./overview.ts";
import { type Asset, contentSecurityPolicy } from "./page/assets.ts";
import { ALL_TAKEN } from "./places.ts";
import { headers, json, text } from "./reply.ts";
import { type Route, routeOf, TYPES } from "./route.ts";
import { snapshot } from "./snapshot.ts";
import { unavailableReason } from "./state.ts";
import { MIN_FPS, type Viewer, type ViewerOptions } from "./viewer.ts";
import type { Viewers } from "./viewers.ts";
import { type Wall, WallResponse } from "./wall.ts";
import { SocketResponse } from "./web_socket.ts";

export type { EncodePng } from "./channels.ts";
export { MIN_FPS } from "./viewer.ts";

/** What answers depend on: a camera, and who gets in. */
export interface Site extends AccessPolicy, Channel {}

/** What answers depend on with several cameras. */
export interface Sites extends AccessPolicy, Wall {}

/** Where a request comes from. */
export type Remote = Pick<ViewerOptions, "hostname" | "port" | "isOver">;

/** How much of a viewer's path is shown, in characters. */
export const MAX_PATH = 100;

/** Answers a request, without a port. @param peer where its connection comes from. */
export async function handle(
  site: Site | Sites,
  request: Request,
  peer: Remote,
): Promise<Response> {
  const remote = senderOf(site, request, peer);
  // Without a password, the snapshot can start at once.
  const entry = refusal(site, request) ??
    (site.auth && await enter(site, site.auth, request, remote.hostname));
  if (!entry || entry instanceof Response) reportEmbedding(site, request);
  const response = entry instanceof Response
    ? entry
    : await answer(site, request, { ...remote, ...entry });
  for (const [name, value] of sharingHeaders(site.origins, request)) {
    response.headers.set(name, value);
  }
  // A link is for other sites' pages.
  if (entry && entry !== response) {
    response.headers.set("cross-origin-resource-policy", "cross-origin");
  }
  return response;
}

/** What a link permits, or why a request is refused. A password permits everything. */
async function enter(
  site: Site | Sites,
  auth: BasicAuth,
  request: Request,
  address: string,
): Promise<Permit | Response | undefined> {
  const { links, onRefused } = site;
  const link = linkOf(request);
  if (!links || link === null) return await passwordRefusal(auth, onRefused, request, address);
  const camera = pictureOf(routeOf(request, channelsOf(site)));
  return await linkPermit(links, onRefused, { link, camera, address }, request);
}

/** The camera whose pictures a request asks for, if it asks for nothing else. */
function pictureOf(route: Route | Response): string | undefined {
  if (route instanceof Response || !PICTURES.includes(route.resource)) return undefined;
  return [...route.channels.keys()][0];
}

/** What links may show. */
const PICTURES: readonly Route["resource"][] = ["stream", "snapshot", "png"];

/** Where a request comes from behind a trusted proxy, without the port. */
function senderOf({ proxies }: AccessPolicy, { headers }: Request, peer: Remote): Remote {
  const hostname = proxies?.senderOf(peer.hostname, headers.get("x-forwarded-for"));
  return hostname === undefined || hostname === peer.hostname ? peer : { hostname };
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
  if (resource === "socket" && route.isWall && "places" in site) return wall(site, request, remote);
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
      // With several cameras, the page turns into a wall.
      return json({ ...stateOf(channel), ...channels.size > 1 && { cameras: channels.size } });
    case "controls":
      return request.method === "POST"
        ? await changeControls(channel, request, site.hints)
        : await readControls(channel, site.hints);
  }
}

function channelsOf(site: Site | Sites): ChannelMap {
  return "channels" in site ? site.channels : new Map([[ONLY, site]]);
}

async function metricsOf(channels: ChannelMap): Promise<Response> {
  const states = [...channels].map(([name, channel]) => [name, stateOf(channel)] as const);
  return new Response(await metrics(new Map(states)), { headers: headers(TYPES.metrics) });
}

/** Only the headers, without a viewer. */
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

/** Tells proxies to pass frames on as they come; nginx would buffer seconds of them. */
const UNBUFFERED = { "cache-control": "no-store, no-transform", "x-accel-buffering": "no" };

function socket(
  site: AccessPolicy,
  { viewers, frames, readState }: Channel,
  request: Request,
  remote: Remote,
): Response {
  const refused = upgradeRefusal(site, request);
  if (refused) return refused;
  // The page itself says why no frames come, so it needs neither repeats nor notices.
  const viewer = join(viewers, request, remote, { repeats: false });
  if (viewer instanceof Response) return viewer;
  // But it shows the reason over the last frame.
  if (frames.latest && unavailableReason(readState())) viewer.show(frames.latest);
  return new SocketResponse(viewer);
}

function wall(sites: Sites, request: Request, { hostname, port }: Remote): Response {
  const refused = upgradeRefusal(sites, request);
  if (refused) return refused;
  if (!sites.places.hasRoom(hostname)) return full();
  return new WallResponse(sites, { hostname, port, path: pathOf(request) });
}

/** Why a request cannot become a WebSocket. */
function upgradeRefusal(policy: AccessPolicy, request: Request): Response | undefined {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return upgradeRequired();
  return socketRefusal(policy, request);
}

function upgradeRequired(): Response {
  return text(426, "This is for WebSockets; the stream is at /stream", { upgrade: "websocket" });
}

/** A new viewer, or why there is none. */
function join(
  viewers: Viewers,
  request: Request,
  remote: Remote,
  { repeats }: { readonly repeats: boolean },
): Viewer | Response {
  const { pathname, searchParams } = new URL(request.url);
  const fps = Number(searchParams.get("fps") ?? Infinity);
  if (!(fps >= MIN_FPS)) {
    const least = "a number of at least 1/60, which is a frame a minute";
    return text(400, `fps must be ${least}, as in ${cleanText(pathname)}?fps=5`);
  }
  return viewers.join({ ...remote, path: pathOf(request), fps, repeats }) ?? full();
}

function pathOf(request: Request): string {
  return cleanText(openPathOf(request), MAX_PATH);
}

function full(): Response {
  return text(503, ALL_TAKEN, { "retry-after": "10" });
}
