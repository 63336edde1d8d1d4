import { accepts } from "@std/http/negotiation";
import { cleanText } from "../access/clean_text.ts";
import type { ChannelMap } from "./channels.ts";
import { METRICS_TYPE } from "./metrics.ts";
import { MJPEG_TYPE } from "./mjpeg.ts";
import { type Asset, readAssets, withWay } from "./page/assets.ts";
import { text } from "./reply.ts";

/** The media types of answers that are made for each request. */
export const TYPES = {
  stream: MJPEG_TYPE,
  socket: "text/plain; charset=utf-8",
  snapshot: "image/jpeg",
  png: "image/png",
  state: "application/json",
  cameras: "application/json",
  controls: "application/json",
  metrics: METRICS_TYPE,
  health: "text/plain; charset=utf-8",
} as const;

/** What a request asks for. */
export type Resource = keyof typeof TYPES | Asset;

/** What a request asks for, and of which cameras: a named one, or all. */
export interface Route {
  readonly resource: Resource;
  readonly channels: ChannelMap;
  /** Whether it can be about several cameras at the same time. */
  readonly isWall?: boolean;
}

const PATHS: Readonly<Record<string, keyof typeof TYPES>> = {
  "/stream": "stream",
  "/stream.mjpg": "stream",
  "/snapshot": "snapshot",
  "/snapshot.jpg": "snapshot",
  "/snapshot.png": "png",
  "/ws": "socket",
  "/state": "state",
  "/controls": "controls",
  "/metrics": "metrics",
  "/healthz": "health",
};

/** A request's route, or the answer to a request without one. */
export function routeOf(request: Request, channels: ChannelMap): Route | Response {
  const { pathname, search, searchParams } = new URL(request.url);
  const present = new Map([...channels].filter(([, { isGone }]) => !isGone));
  if (pathname === "/cameras") return { resource: "cameras", channels: present };
  const action = pathname === "/" ? searchParams.get("action") : null;
  const numbered = /^(?:stream|snapshot)_(\d+)$/.exec(action ?? "");
  if (numbered) {
    // mjpg-streamer counts its inputs from 0.
    const one = [...present][Number(numbered[1])];
    return one ? routeTo(request, "/", new Map([one])) : text(404, noNumber(numbered[1], present));
  }
  const own = find(request, pathname, present);
  if (own) return { resource: own, channels: present, isWall: searchParams.has("cameras") };
  const path = decoded(pathname);
  // The longest one, because names may contain slashes.
  const name = [...channels.keys()].filter((name) => `${path}/`.startsWith(`/${name}/`))
    .reduce<string | undefined>(
      (a, b) => a !== undefined && a.length > b.length ? a : b,
      undefined,
    );
  if (name === undefined) return text(404, nothing(request, path, present));
  const rest = path.slice(1 + name.length);
  if (rest === "") return withSlash(pathname, search);
  const route = routeTo(request, rest, new Map([[name, channels.get(name)!]]));
  const isPage = "resource" in route && route.resource === readAssets().page;
  if (!isPage || present.size === 1) return route;
  const up = pathname.split("/").length - 2;
  return { ...route, resource: withWay(readAssets().page, up) };
}

function routeTo(request: Request, path: string, channels: ChannelMap): Route | Response {
  const resource = find(request, path, channels);
  return resource ? { resource, channels } : text(404, nothing(request, path, channels));
}

function find(request: Request, path: string, channels: ChannelMap): Resource | undefined {
  const { page, wall, files } = readAssets();
  if (path !== "/") {
    const known = [PATHS, files].find((paths) => Object.hasOwn(paths, path));
    const resource = known?.[path];
    const [first] = channels.values();
    return resource === "png" && first && !first.encodePng ? undefined : resource;
  }
  // OctoPrint and Klipper send the requests of mjpg-streamer.
  const action = /^(stream|snapshot)(_\d+)?$/.exec(
    new URL(request.url).searchParams.get("action") ?? "",
  );
  if (action) return action[1] as Resource;
  // A browser asks for HTML by name; `ffplay http://...` and `curl` accept anything.
  if (accepts(request, "image/jpeg", "text/html") !== "text/html") return "stream";
  return channels.size === 1 ? page : wall;
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** The page's links are relative, so its own address must end with a slash. */
function withSlash(pathname: string, search: string): Response {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  return text(308, "The page's address ends with a slash", { location: `./${last}/${search}` });
}

/** Why a path leads nowhere. */
function nothing(request: Request, path: string, channels: ChannelMap): string {
  const [, name, rest] = /^\/([^/]+)(\/.*)$/.exec(path) ?? [];
  if (name === undefined || !find(request, rest, channels)) {
    return "There is nothing here; the picture is at /";
  }
  return `There is no camera ${cleanText(name, MAX_NAME)}; ${thereAre(channels)}`;
}

/** How much of a name is shown, in characters. */
const MAX_NAME = 100;
/** How many cameras a sentence lists. */
const MAX_LISTED = 50;

function noNumber(number: string, channels: ChannelMap): string {
  return `There is no camera number ${cleanText(number, MAX_NAME)}, counted from 0; ${
    thereAre(channels)
  }`;
}

function thereAre(channels: ChannelMap): string {
  const names = [...channels.keys()].map((name) => cleanText(name, MAX_NAME));
  if (names.length === 0) return "there is none yet";
  if (names.length === 1) return `the only one is ${names[0]}`;
  const more = names.length - MAX_LISTED;
  return `there are ${names.slice(0, MAX_LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
