/**
 * Who gets in, and which pages may make something of an answer.
 *
 * @module
 */

import type { BasicAuth } from "./basic_auth.ts";
import type { HostCheck } from "./host_check.ts";
import { text } from "./reply.ts";

/** Who gets in. */
export interface Door {
  /** The names that it answers to. */
  readonly hosts: HostCheck;
  /** Who may watch; without it, everybody. */
  readonly auth?: BasicAuth;
  /** The origins whose pages may read the answers, as CORS has it; `*` is all. */
  readonly origins: readonly string[];
}

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** The answer to a request that does not get in; `address` is whose it is. */
export function refusal(door: Door, request: Request, address: string): Response | undefined {
  const { hostname } = new URL(request.url);
  if (!door.hosts.accepts(hostname)) {
    const mend = `if it is this machine, start again with --allow-host ${hostname}`;
    return text(403, `This is not ${hostname}; ${mend}`);
  }
  if (!METHODS.includes(request.method)) {
    return text(405, `${request.method} is not for here`, { allow: METHODS.join(", ") });
  }
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: METHODS.join(", ") } });
  }
  const refused = door.auth?.refusal(request.headers.get("authorization"), address);
  return refused && text(refused.status, refused.words, refused.headers);
}

/** Who may do what with an answer: pages of this machine show it, others only if they are allowed. */
export function sharing({ origins }: Door, request: Request): [string, string][] {
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
 * Whether a page of `origin` may open a WebSocket: browsers let every page open one anywhere, and
 * leave it to the server to ask who it is. A program that is no browser names none.
 */
export function mayConnect({ origins }: Door, request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origins.includes("*") || origins.includes(origin)) return true;
  return URL.parse(origin)?.host === new URL(request.url).host;
}
