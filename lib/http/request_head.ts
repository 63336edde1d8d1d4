import { bracketed } from "./url.ts";

/** How long the head of a request may be, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** The longest body that is read, in bytes. */
export const MAX_BODY_BYTES = 8 * 1024;

const END = "\r\n\r\n";
const REQUEST_LINE = /^([!#$%&'*+.^`|~\w-]+) (\S+) HTTP\/1\.([01])$/;
const FIELD = /^([!#$%&'*+.^`|~\w-]+):([\t -~\x80-\xff]*)$/;

/** The head of a request, before the endpoint interprets it. */
export interface RequestHead {
  readonly method: string;
  /** The path and the query, or all of the address. */
  readonly target: string;
  /** The fields, with a byte for each character. */
  readonly headers: Headers;
  /** The body of a `POST`; empty if it is too long, or of unknown length. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether another request may follow on the connection. */
  readonly keepsAlive: boolean;
  /** Whether the connection may become a WebSocket. */
  readonly isUpgrade: boolean;
}

/** Why bytes are not the head of a request. */
export class HeadError extends Error {
  constructor(readonly status: 400 | 431, message: string) {
    super(message);
  }
}

/**
 * Takes a request off the front; undefined until all of it is there.
 *
 * @returns the head with its body, and the bytes after it.
 * @throws {HeadError} when the bytes cannot become a head.
 */
export function takeHead(received: Buffer): [RequestHead, Buffer] | undefined {
  // Old clients send an empty line after a body.
  let start = 0;
  while (received[start] === 13 || received[start] === 10) start++;
  // A method begins with a letter; TLS, say, does not.
  if (start < received.length && !/^[a-z]/i.test(String.fromCharCode(received[start]))) {
    throw noHttp();
  }
  const end = received.indexOf(END, start);
  // Empty lines count, too, because they could go on forever.
  if ((end < 0 ? received.length : end) > MAX_HEAD_BYTES) {
    throw new HeadError(431, `The head of the request is longer than ${MAX_HEAD_BYTES} bytes`);
  }
  if (end < 0) return undefined;
  const head = parse(received.toString("latin1", start, end));
  const bodyAt = end + END.length;
  const restAt = bodyAt + bodyLength(head);
  if (received.length < restAt) return undefined;
  const body = new Uint8Array(received.subarray(bodyAt, restAt));
  return [{ ...head, body }, received.subarray(restAt)];
}

/** How much of a body is read. */
function bodyLength({ method, headers }: Pick<RequestHead, "method" | "headers">): number {
  const text = headers.get("content-length") ?? "";
  if (method !== "POST" || headers.has("transfer-encoding") || !/^\d{1,9}$/.test(text)) return 0;
  return Number(text) <= MAX_BODY_BYTES ? Number(text) : 0;
}

function parse(text: string): Omit<RequestHead, "body"> {
  const [first, ...lines] = text.split("\r\n");
  const [, method, target, minor] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined) throw noHttp();
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined) throw noHttp();
    headers.append(name, value);
  }
  const words = headers.get("connection")?.toLowerCase().split(/[ \t]*,[ \t]*/) ?? [];
  // Some clients ask for HTTP/2 this way; they get HTTP/1.1.
  const isUpgrade = minor === "1" && words.includes("upgrade") &&
    /^\/([^?]*\/)?ws(\?|$)/.test(target) &&
    headers.get("upgrade")?.toLowerCase() === "websocket";
  // Most bodies are not read, and HTTP/1.0 has its own rules.
  const isRead = !hasBody(headers) || bodyLength({ method, headers }) > 0;
  const keepsAlive = minor === "1" && !words.includes("close") && isRead && !isUpgrade;
  return { method, target, headers, keepsAlive, isUpgrade };
}

function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0";
}

function noHttp(): HeadError {
  return new HeadError(400, "This is not an HTTP request");
}

/**
 * The request. Without a `Host`, as in HTTP/1.0, the host is the address that it reached.
 *
 * @param signal is aborted when nobody waits for the answer any more.
 * @throws {TypeError} when the address or the method is invalid.
 */
export function requestOf(
  { method, target, headers, body, isUpgrade }: RequestHead,
  signal: AbortSignal,
  { localAddress = "", localPort }: { readonly localAddress?: string; readonly localPort?: number },
): Request {
  const host = headers.get("host") ?? `${bracketed(localAddress)}:${localPort}`;
  const url = target.startsWith("/") ? `http://${host}${target}` : target;
  const request = new Request(url, {
    ...{ method, headers, signal },
    ...body.length > 0 && { body },
  });
  if (!isUpgrade) request.headers.delete("upgrade");
  return request;
}
