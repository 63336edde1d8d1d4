/**
 * Frames as `multipart/x-mixed-replace`, which every browser and camera program takes.
 *
 * @module
 */

import type { Writable } from "node:stream";
import type { Frame } from "../frame/frame.ts";
import { extend } from "../frame/roomy.ts";
import type { Viewer } from "./viewer.ts";

const BOUNDARY = "frame";

/** The type of the stream. No quotes around the boundary: Safari would take them for part of it. */
export const MJPEG_TYPE = `multipart/x-mixed-replace;boundary=${BOUNDARY}`;

const encoder = new TextEncoder();
const OPENING = encoder.encode(`--${BOUNDARY}\r\n`);
const CLOSING = encoder.encode(`\r\n--${BOUNDARY}\r\n`);

const parts = new WeakMap<Frame, Uint8Array>();

/**
 * A frame as it is streamed, made once for all viewers. The boundary that ends the part is sent
 * with it: Firefox shows a picture only when it has seen what follows.
 */
function part(frame: Frame): Uint8Array {
  let bytes = parts.get(frame);
  if (bytes) return bytes;
  const header = encoder.encode(
    "Content-Type: image/jpeg\r\n" +
      `Content-Length: ${frame.bytes.length}\r\n` +
      `X-Timestamp: ${(frame.capturedAt / 1000).toFixed(6)}\r\n\r\n`,
  );
  bytes = extend(frame.bytes, header.length, CLOSING.length);
  bytes.set(header);
  bytes.set(CLOSING, header.length + frame.bytes.length);
  parts.set(frame, bytes);
  return bytes;
}

/** The head of a stream; its frames go to the connection itself, by {@linkcode writeFrames}. */
export class MjpegResponse extends Response {
  /** Whose stream it is. */
  readonly viewer: Viewer;

  /** Makes the head of a viewer's stream. */
  constructor(viewer: Viewer, headers: HeadersInit) {
    super(null, { headers });
    this.viewer = viewer;
  }
}

/** Writes the newest frame whenever the connection has taken the one before, until either ends. */
export async function writeFrames(viewer: Viewer, connection: Writable): Promise<void> {
  if (!await write(connection, OPENING)) return;
  let frame: Frame | undefined;
  while ((frame = await viewer.next()) && await write(connection, part(frame)));
}

/** Whether the connection has taken the bytes; it takes them in one piece. */
function write(connection: Writable, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => connection.write(bytes, (error) => resolve(!error)));
}
