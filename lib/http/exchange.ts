/**
 * From what `node:http` has read to a `Request`, and from a `Response` to what it writes.
 *
 * `Deno.serve` would pass a stream on through a web stream and a second loop in Rust. With
 * `node:http`, a frame goes from the mailbox to the connection, which with a thousand viewers takes
 * two thirds of the time and a third of the memory.
 */

import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { bracketed } from "./url.ts";
import { ViewerResponse } from "./viewer.ts";

/**
 * The request. `isUpgrade` says whether the connection is about to change its protocol: a header
 * that asks for it is not enough.
 *
 * @throws {TypeError} when the address or the method is invalid.
 */
export function requestOf(
  { headers, headersDistinct, method, socket, url }: IncomingMessage,
  isUpgrade: boolean,
): Request {
  // Only HTTP/1.0 sends no Host; it means the address that it has reached.
  const host = headers.host ?? `${bracketed(socket.localAddress!)}:${socket.localPort}`;
  const path = url!.startsWith("/") ? `http://${host}${url}` : url!;
  const request = new Request(path, { method });
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) request.headers.append(name, value);
  }
  if (!isUpgrade) request.headers.delete("upgrade");
  return request;
}

/** Sends a response; settles once all of it is written. */
export async function send(response: Response, reply: ServerResponse): Promise<void> {
  reply.statusCode = response.status;
  for (const [name, value] of response.headers) reply.setHeader(name, value);
  // Nobody reads the body of a request.
  if (hasBody(reply.req)) reply.shouldKeepAlive = false;
  if (response instanceof ViewerResponse) return await sendFrames(response, reply);
  const body = response.body ? await response.bytes() : undefined;
  if (body) reply.setHeader("content-length", body.length);
  reply.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return "transfer-encoding" in headers || (headers["content-length"] ?? "0") !== "0";
}

async function sendFrames(response: ViewerResponse, reply: ServerResponse): Promise<void> {
  response.viewer.attach(reply.req.socket);
  // The end of the connection ends the stream: camera programs cannot read chunks.
  reply.removeHeader("transfer-encoding");
  reply.shouldKeepAlive = false;
  // Answers to earlier requests on this connection come first.
  if (!reply.socket) await once(reply, "socket");
  reply.flushHeaders();
  await response.writeTo(reply.req);
  reply.req.socket.end();
}

/** Sends the response to an upgrade; `head` is what came after the request already. */
export async function sendUpgrade(
  response: Response,
  request: IncomingMessage,
  head: Uint8Array,
): Promise<void> {
  if (!(response instanceof ViewerResponse)) return await sendLast(response, request.socket);
  response.viewer.attach(request.socket);
  await response.writeTo(request, head);
  request.socket.end();
}

/** Writes a response to a connection that `node:http` has given up, and ends it. */
export async function sendLast(response: Response, connection: Duplex): Promise<void> {
  const body = await response.bytes();
  const headers = { ...Object.fromEntries(response.headers), "content-length": body.length };
  const lines = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`,
    ...Object.entries({ ...headers, connection: "close" }).map((pair) => pair.join(": ")),
  ];
  connection.write(`${lines.join("\r\n")}\r\n\r\n`);
  connection.end(body);
}
