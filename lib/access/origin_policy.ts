/** The origins whose pages may read answers and open WebSockets; `*` is all. */
export type Origins = readonly string[];

/** Headers for pages: this machine's own pages may show an answer, others only if allowed (CORS). */
export function sharingHeaders(origins: Origins, request: Request): [string, string][] {
  if (origins.length === 0) return [["cross-origin-resource-policy", "same-site"]];
  const origin = request.headers.get("origin");
  const allowed = origins.includes("*") ? "*" : origins.find((allowed) => allowed === origin);
  return [
    ["cross-origin-resource-policy", "cross-origin"],
    ["vary", "origin"],
    ...allowed ? [["access-control-allow-origin", allowed] as [string, string]] : [],
  ];
}

/**
 * Whether the page that sent the request may open a WebSocket. Browsers let every page open one
 * anywhere and leave the check to the server. Programs that are not browsers send no origin.
 */
export function mayOpenSocket(origins: Origins, request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origins.includes("*") || origins.includes(origin)) return true;
  return URL.parse(origin)?.host === new URL(request.url).host;
}
