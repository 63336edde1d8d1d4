import type { BasicAuth } from "../access/basic_auth.ts";
import { cleanText } from "../access/clean_text.ts";
import type { HostPolicy } from "../access/host_policy.ts";
import type { Links, Permit } from "../access/links.ts";
import { mayChange, mayOpenSocket, type Origins } from "../access/origin_policy.ts";
import type { TrustedProxies } from "../access/trusted_proxies.ts";
import { text } from "./reply.ts";

/** Who gets in. */
export interface AccessPolicy {
  /** The host names that the endpoint answers to. */
  readonly hosts: HostPolicy;
  /** Checks the viewers' password; without it, everybody may watch. */
  readonly auth?: BasicAuth;
  /** Accepts signed links instead, for what they show. */
  readonly links?: Links;
  /** The origins whose pages may use the answers. */
  readonly origins: Origins;
  /** The proxies that may name the viewer's address. */
  readonly proxies?: TrustedProxies;
  /** How messages name the options that admit more. */
  readonly hints: AccessHints;
  /** Called with what is refused, the requester, and what would allow it. */
  readonly onRefused: (reason: string) => void;
}

/** The names of the options that admit a host or an origin. */
export interface AccessHints {
  /** Admits a host name. */
  readonly allowHost: string;
  /** Admits an origin. */
  readonly allowOrigin: string;
  /** Lets viewers change cameras; `allowControl` by default. */
  readonly allowControl?: string;
}

const METHODS = "GET, HEAD, OPTIONS";

/** The answer to a request that is refused for everybody, or that only asks what is allowed. */
export function refusal(
  { hosts, hints, onRefused }: AccessPolicy,
  request: Request,
): Response | undefined {
  const { hostname, pathname } = new URL(request.url);
  if (!hosts.accepts(hostname)) {
    const host = cleanText(hostname);
    const hint = `if it means this machine, allow it with ${hints.allowHost} ${host}`;
    const reason = `Unknown host name ${host}; ${hint}`;
    onRefused(reason);
    return text(403, reason);
  }
  const methods = /\/controls$/.test(pathname) ? `${METHODS}, POST` : METHODS;
  if (!methods.split(", ").includes(request.method)) {
    return text(405, `${cleanText(request.method)} is not supported`, { allow: methods });
  }
  if (request.method === "POST" && !mayChange(hosts, request)) {
    const page = cleanText(request.headers.get("origin") ?? "another site");
    const reason = `Pages of ${page} may not change the camera; only the page of this endpoint may`;
    onRefused(reason);
    return text(403, reason);
  }
  // Browsers ask without a password whether a page may send one (CORS).
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: methods } });
  }
}

/** The answer to a request without the right password; `address` is the viewer's, without port. */
export async function passwordRefusal(
  auth: BasicAuth,
  onRefused: AccessPolicy["onRefused"],
  request: Request,
  address: string,
): Promise<Response | undefined> {
  const authorization = request.headers.get("authorization");
  const refused = await auth.refusal(authorization, address, request.signal);
  if (!refused) return undefined;
  // A request without a password is not a guess.
  if (authorization !== null) onRefused(`${address}: ${refused.reason}`);
  return text(refused.status, refused.reason, refused.headers);
}

/** The link of a request that gives no password. */
export function linkOf({ url, headers }: Request): string | null {
  return headers.has("authorization") ? null : new URL(url).searchParams.get(LINK);
}

/** The query parameter of a link. */
const LINK = "link";

/** A request's path and query, without the link, because anybody who has it may watch. */
export function openPathOf({ url }: Request): string {
  const shown = new URL(url);
  if (shown.searchParams.has(LINK)) shown.searchParams.set(LINK, "***");
  return shown.pathname + shown.search;
}

/**
 * What a link permits, or the answer to a refused one.
 *
 * @param camera the camera that it should show.
 */
export async function linkPermit(
  links: Links,
  onRefused: AccessPolicy["onRefused"],
  { link, camera, address }: {
    readonly link: string;
    readonly camera: string | undefined;
    readonly address: string;
  },
  { signal }: Request,
): Promise<Permit | Response> {
  const permit = await links.judge(link, camera, address, signal);
  if ("isOver" in permit) return permit;
  onRefused(`${address}: ${permit.reason}`);
  return text(permit.status, permit.reason, permit.status === 429 ? { "retry-after": "10" } : {});
}

/**
 * Reports a page of another site that is not allowed to show an answer: the browser hides the
 * answer, and tells only developers.
 */
export function reportEmbedding({ origins, hints, onRefused }: AccessPolicy, { headers }: Request) {
  const isOtherSite = headers.get("sec-fetch-site") === "cross-site";
  if (!isOtherSite || headers.get("sec-fetch-mode") === "navigate" || origins.includes("*")) return;
  const page = URL.parse(headers.get("origin") ?? headers.get("referer") ?? "");
  if (page === null || page.origin === "null" || origins.includes(page.origin)) return;
  const origin = cleanText(page.origin);
  onRefused(`a page of ${origin} may not show this; allow it with ${hints.allowOrigin} ${origin}`);
}

/** The answer to a page that may not open a WebSocket. */
export function socketRefusal(
  { hosts, origins, hints, onRefused }: AccessPolicy,
  request: Request,
): Response | undefined {
  if (mayOpenSocket(origins, hosts, request)) return undefined;
  const origin = cleanText(request.headers.get("origin")!);
  const hint = `allow them with ${hints.allowOrigin} ${origin}`;
  const reason = `Pages of ${origin} may not watch; ${hint}`;
  onRefused(reason);
  return text(403, reason);
}
