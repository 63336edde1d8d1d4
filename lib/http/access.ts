import type { BasicAuth } from "../access/basic_auth.ts";
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

const METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** The answer to a request that is refused whoever sends it, or that only asks what is allowed. */
export function refusal({ hosts, hints }: AccessPolicy, request: Request): Response | undefined {
  const { hostname: host } = new URL(request.url);
  if (!hosts.accepts(host)) {
    const hint = `if it means this machine, allow it with ${hints.allowHost} ${host}`;
    return text(403, `Unknown host name ${host}; ${hint}`);
  }
  if (!METHODS.includes(request.method)) {
    return text(405, `${request.method} is not supported`, { allow: METHODS.join(", ") });
  }
  if (request.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow: METHODS.join(", ") } });
  }
}

/** The answer to a request without the right password; `address` is the viewer's, without port. */
export async function passwordRefusal(
  auth: BasicAuth,
  request: Request,
  address: string,
): Promise<Response | undefined> {
  const refused = await auth.refusal(request.headers.get("authorization"), address);
  return refused && text(refused.status, refused.reason, refused.headers);
}

/** The answer to a page that may not open a WebSocket. */
export function socketRefusal(
  { origins, hints }: AccessPolicy,
  request: Request,
): Response | undefined {
  if (mayOpenSocket(origins, request)) return undefined;
  const origin = request.headers.get("origin");
  const hint = `allow them with ${hints.allowOrigin} ${origin}`;
  return text(403, `Pages of ${origin} may not watch; ${hint}`);
}
