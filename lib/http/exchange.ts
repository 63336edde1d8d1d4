/** Writes responses to connections. */

import { STATUS_CODES } from "node:http";
import type { Writable } from "node:stream";
import { within } from "../time/deadline.ts";
import { onAbort } from "../time/on_abort.ts";

/** How long a connection is kept for another request, in milliseconds. */
export const KEEP_ALIVE_MS = 5000;
/** How long the other side may take to read a piece of an answer, in milliseconds. */
export const UNREAD_MS = 30_000;
/** How large a piece of an answer is, in bytes. */
export const PIECE_BYTES = 64 * 1024;

/** The first lines of a response; `length` is the body's, if there is one. */
export function headOf(response: Response, keepsAlive: boolean, length?: number): Uint8Array {
  const headers = new Headers(response.headers);
  headers.set("date", new Date().toUTCString());
  headers.set("connection", keepsAlive ? "keep-alive" : "close");
  if (keepsAlive) headers.set("keep-alive", `timeout=${KEEP_ALIVE_MS / 1000}`);
  if (length !== undefined) headers.set("content-length", String(length));
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/**
 * Writes bytes to a connection, piece by piece; settles once all have left.
 *
 * @param signal is aborted when the connection is closed.
 * @throws {LateError} when the other side does not read them.
 */
export async function write(
  connection: Writable,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    await within(writePiece(connection, piece, signal), UNREAD_MS, "the answer was not read");
  }
}

async function writePiece(
  connection: Writable,
  piece: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  using _ = onAbort(signal, reject);
  connection.write(piece, (error) => error ? reject(error) : resolve());
  await promise;
}
