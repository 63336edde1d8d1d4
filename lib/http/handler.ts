/**
 * What is where: from a request to a response, without a port.
 *
 * @module
 */

import { accepts } from "@std/http/negotiation";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { MJPEG_TYPE, mjpegBody } from "./mjpeg.ts";
import page from "./page.html" with { type: "text" };
import { snapshot } from "./snapshot.ts";
import type { FeedState, State } from "./state.ts";
import type { Viewers } from "./viewers.ts";

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
}

/** Makes a PNG of a frame. */
export type EncodePng = (frame: Frame) => Promise<Uint8Array<ArrayBuffer>>;

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Answers a request; `address` is whose it is. */
export async function handle(site: Site, request: Request, address: string): Promise<Response> {
  if (!METHODS.includes(request.method)) {
    return text(405, `${request.method} is not for here`, { allow: METHODS.join(", ") });
  }
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: METHODS.join(", ") } });
  }
  const what = resource(request, site);
  if (request.method === "HEAD") return head(what);
  switch (what) {
    case "page":
      return new Response(page, { headers: headers("text/html; charset=utf-8") });
    case "stream":
      return stream(site.viewers, request, address);
    case "snapshot":
      return await still(site, TYPES.snapshot, ({ bytes }) => bytes);
    case "png":
      return await still(site, TYPES.png, site.encodePng!);
    case "state": {
      const state: State = { ...site.readState(), viewers: site.viewers.state };
      return new Response(JSON.stringify(state), { headers: headers("application/json") });
    }
    case undefined:
      return text(404, "There is nothing here; the picture is at /");
  }
}

type Resource = "page" | "stream" | "snapshot" | "png" | "state" | undefined;

const PATHS: Readonly<Record<string, Resource>> = {
  "/stream": "stream",
  "/stream.mjpg": "stream",
  "/snapshot": "snapshot",
  "/snapshot.jpg": "snapshot",
  "/snapshot.png": "png",
  "/state": "state",
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
} as const;

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
  const { pathname, search } = new URL(request.url);
  const viewer = viewers.join(address, pathname + search);
  const body = mjpegBody(viewer, () => viewers.leave(viewer));
  return new Response(body, { headers: headers(MJPEG_TYPE) });
}

async function still(
  { frames, readState }: Site,
  type: string,
  encode: (frame: Frame) => BodyInit | Promise<BodyInit>,
): Promise<Response> {
  const frame = await snapshot(frames);
  const { source, camera } = readState();
  let why = source.reason ?? camera.reason ?? "no picture came in time";
  try {
    if (frame) return new Response(await encode(frame), { headers: headers(type) });
  } catch (error) {
    why = (error as Error).message;
  }
  return text(503, `No picture: ${why}`, { "retry-after": "1" });
}
