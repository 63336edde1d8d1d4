/**
 * From what `node:http` has read to a `Request`, and from a `Response` to what it writes.
 *
 * `Deno.serve` hands a stream on through a web stream and a second loop in Rust; with `node:http`
 * a frame goes from the mailbox to the connection, which takes two thirds of the time and a third
 * of the memory where a thousand watch.
 *
 * @module
 */

import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { MjpegResponse, writeFrames } from "./mjpeg.ts";

/**
 * What was asked for; `isUpgrade` says whether the connection is to speak another protocol then,
 * which takes more than a header that names one.
 *
 * @throws {TypeError} when there is no such address or method.
 */
export function requestOf(
  { headers, headersDistinct, method, socket, url }: IncomingMessage,
  isUpgrade: boolean,
): Request {
  // Only HTTP/1.0 has no Host; it means whom it has reached.
  const host = headers.host ?? `${hostOf(socket.localAddress!)}:${socket.localPort}`;
  const path = url!.startsWith("/") ? `http://${host}${url}` : url!;
  const request = new Request(path, { method });
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) request.headers.append(name, value);
  }
  if (!isUpgrade) request.headers.delete("upgrade");
  return request;
}

/** An address as it stands in a URL. */
function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Writes the answer; settles once all is written, which for a stream is when it has ended. */
export async function send(response: Response, reply: ServerResponse): Promise<void> {
  reply.statusCode = response.status;
  for (const [name, value] of response.headers) reply.setHeader(name, value);
  // What a request without use for one carries as its body is not waited for.
  if (hasBody(reply.req)) reply.shouldKeepAlive = false;
  if (response instanceof MjpegResponse) return await sendFrames(response, reply);
  const body = response.body ? await response.bytes() : undefined;
  if (body) reply.setHeader("content-length", body.length);
  reply.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return "transfer-encoding" in headers || (headers["content-length"] ?? "0") !== "0";
}

async function sendFrames({ viewer }: MjpegResponse, reply: ServerResponse): Promise<void> {
  const { socket } = reply.req;
  viewer.hangUp = () => socket.destroy();
  socket.once("close", () => viewer.leave());
  // It ends with the connection: no chunks, of which no camera program has a use.
  reply.removeHeader("transfer-encoding");
  reply.shouldKeepAlive = false;
  // Where more was asked for on this connection before, the answer to that comes first.
  if (!reply.socket) await once(reply, "socket");
  reply.flushHeaders();
  await writeFrames(viewer, socket);
  socket.end();
}

/** Writes an answer to a connection on which HTTP is over, and ends it. */
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
