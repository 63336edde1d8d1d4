import type { HostPolicy } from "./host_policy.ts";

/** The origins whose pages may read answers and open WebSockets; `*` is all. */
export type Origins = readonly string[];

/** Headers for pages: this machine's own pages may show an answer, others only if allowed (CORS). */
export function sharingHeaders(origins: Origins, request: Request): [string, string][] {
  if (origins.length === 0) return [["cross-origin-resource-policy", "same-site"]];
  const origin = request.headers.get("origin");
  const allowed = origins.includes("*") ? "*" : origins.find((allowed) => allowed === origin);
  const headers: [string, string][] = [
    ["cross-origin-resource-policy", "cross-origin"],
    ["vary", "origin"],
  ];
  if (allowed === undefined) return headers;
  headers.push(["access-control-allow-origin", allowed]);
  if (request.method !== "OPTIONS") return headers;
  // `*` would not include the password.
  return [...headers, ["access-control-allow-headers", "authorization"]];
}

/**
 * Whether a request may change something: of all pages, only this endpoint's own may. Programs that
 * are not browsers send no origin.
 */
export function mayChange(hosts: HostPolicy, request: Request): boolean {
  // Browsers send this themselves, at least on secure connections. No page can set it.
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  const page = URL.parse(origin);
  if (page === null || page.hostname === "") return false;
  return page.host === new URL(request.url).host || hosts.allows(page.hostname);
}

/**
 * Whether the page that sent the request may open a WebSocket. Browsers let every page open one
 * anywhere and leave the check to the server. Programs that are not browsers send no origin.
 *
 * A page of this endpoint's own host may, and one of an allowed host name: a proxy may pass on
 * another `Host` than the browser's, or drop its port.
 */
export function mayOpenSocket(origins: Origins, hosts: HostPolicy, request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origins.includes("*") || origins.includes(origin)) return true;
  const page = URL.parse(origin);
  // Such as `null`, which any page can send.
  if (page === null || page.hostname === "") return false;
  const { host, hostname, port } = new URL(request.url);
  return page.host === host || port === "" && page.hostname === hostname ||
    hosts.allows(page.hostname);
}
