import type { BasicAuth } from "../access/basic_auth.ts";
import { cleanText } from "../access/clean_text.ts";
import type { HostPolicy } from "../access/host_policy.ts";
import { mayOpenSocket, type Origins } from "../access/origin_policy.ts";
import { text } from "./reply.ts";

/** Who gets in. */
export interface AccessPolicy {
  /** The host names that the endpoint answers to. */
  readonly hosts: HostPolicy;
  /** Checks what viewers must enter; without it, everybody may watch. */
  readonly auth?: BasicAuth;
  /** The origins whose pages may use the answers. */
  readonly origins: Origins;
  /** How messages name the options that let more in. */
  readonly hints: AccessHints;
}

/** What the options are called that let a host or an origin in. */
export interface AccessHints {
  /** Lets a host name in. */
  readonly allowHost: string;
  /** Lets an origin in. */
  readonly allowOrigin: string;
}

const METHODS = "GET, HEAD, OPTIONS";

/** The answer to a request that is refused whoever sends it, or that only asks what is allowed. */
export function refusal({ hosts, hints }: AccessPolicy, request: Request): Response | undefined {
  const { hostname } = new URL(request.url);
  if (!hosts.accepts(hostname)) {
    const host = cleanText(hostname);
    const hint = `if it means this machine, allow it with ${hints.allowHost} ${host}`;
    return text(403, `Unknown host name ${host}; ${hint}`);
  }
  if (!METHODS.split(", ").includes(request.method)) {
    return text(405, `${cleanText(request.method)} is not supported`, { allow: METHODS });
  }
  // Browsers ask without a password whether a page may send one (CORS).
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: METHODS } });
  }
}

/** The answer to a request without the right password; `address` is the viewer's, without port. */
export async function passwordRefusal(
  auth: BasicAuth,
  request: Request,
  address: string,
): Promise<Response | undefined> {
  const authorization = request.headers.get("authorization");
  const refused = await auth.refusal(authorization, address, request.signal);
  return refused && text(refused.status, refused.reason, refused.headers);
}

/** The answer to a page that may not open a WebSocket. */
export function socketRefusal(
  { hosts, origins, hints }: AccessPolicy,
  request: Request,
): Response | undefined {
  if (mayOpenSocket(origins, hosts, request)) return undefined;
  const origin = cleanText(request.headers.get("origin")!);
  const hint = `allow them with ${hints.allowOrigin} ${origin}`;
  return text(403, `Pages of ${origin} may not watch; ${hint}`);
}
