/**
 * Frames as `multipart/x-mixed-replace`, which every browser and camera program takes.
 *
 * @module
 */

import type { Frame } from "../frame/frame.ts";
import type { Viewer } from "./viewers.ts";

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
  bytes = new Uint8Array(header.length + frame.bytes.length + CLOSING.length);
  bytes.set(header);
  bytes.set(frame.bytes, header.length);
  bytes.set(CLOSING, header.length + frame.bytes.length);
  parts.set(frame, bytes);
  return bytes;
}

/** The body of a stream: the newest frame whenever the viewer has room for one. */
export function mjpegBody(viewer: Viewer, onEnd: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(OPENING);
    },
    async pull(controller) {
      const frame = await viewer.next();
      if (!frame) {
        onEnd();
        return controller.close();
      }
      controller.enqueue(part(frame));
    },
    // This is how a viewer that leaves shows; a request's signal also aborts after a good end.
    cancel: onEnd,
    // Nothing is taken ahead: what waits in a queue gets old.
  }, { highWaterMark: 0 });
}
