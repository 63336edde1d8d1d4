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
}

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Answers a request; `address` is whose it is. */
export async function handle(site: Site, request: Request, address: string): Promise<Response> {
  if (!METHODS.includes(request.method)) {
    return text(405, `${request.method} is not for here`, { allow: METHODS.join(", ") });
  }
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: METHODS.join(", ") } });
  }
  const what = resource(request);
  if (request.method === "HEAD") return head(what);
  switch (what) {
    case "page":
      return new Response(page, { headers: headers("text/html; charset=utf-8") });
    case "stream":
      return stream(site.viewers, request, address);
    case "snapshot":
      return await still(site);
    case "state": {
      const state: State = { ...site.readState(), viewers: site.viewers.state };
      return new Response(JSON.stringify(state), { headers: headers("application/json") });
    }
    case undefined:
      return text(404, "There is nothing here; the picture is at /");
  }
}

type Resource = "page" | "stream" | "snapshot" | "state" | undefined;

const PATHS: Readonly<Record<string, Resource>> = {
  "/stream": "stream",
  "/stream.mjpg": "stream",
  "/snapshot": "snapshot",
  "/snapshot.jpg": "snapshot",
  "/state": "state",
};

function resource(request: Request): Resource {
  const { pathname, searchParams } = new URL(request.url);
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

async function still({ frames, readState }: Site): Promise<Response> {
  const frame = await snapshot(frames);
  if (frame) return new Response(frame.bytes, { headers: headers("image/jpeg") });
  const { source, camera } = readState();
  const why = source.reason ?? camera.reason ?? "no picture came in time";
  return text(503, `No picture: ${why}`, { "retry-after": "1" });
}
