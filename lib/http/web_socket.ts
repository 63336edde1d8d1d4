/**
 * Frames over a WebSocket: a binary message each, a whole JPEG. Each message that comes back, of
 * whatever content, acknowledges one, so that who falls behind gets fewer frames and fresh ones.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
// @ts-types="./ws.d.ts"
import { type WebSocket, WebSocketServer } from "ws";
import { FlightWindow } from "../flow/flight_window.ts";
import type { Viewer } from "./viewer.ts";

/** The longest message that is taken, in bytes: an acknowledgement needs none. */
export const MAX_MESSAGE_BYTES = 1024;
/** How often it is asked whether the other side is still there, in milliseconds. */
export const PING_MS = 10_000;

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  // A JPEG does not become smaller.
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
});

/** Says yes to a request for a WebSocket; its frames go to the connection, by {@linkcode openSocket}. */
export class SocketResponse extends Response {
  /** Whose socket it is. */
  readonly viewer: Viewer;

  /** Makes the answer to a viewer. */
  constructor(viewer: Viewer) {
    super();
    this.viewer = viewer;
  }
}

/** Shakes hands on a connection, then sends the viewer its frames until either goes. */
export function openSocket(
  { viewer }: SocketResponse,
  incoming: IncomingMessage,
  connection: Duplex,
  head: Uint8Array,
): void {
  viewer.hangUp = () => connection.destroy();
  connection.once("close", () => viewer.leave());
  sockets.handleUpgrade(incoming, connection, Buffer.from(head), (socket) => {
    socket.on("error", () => {});
    const stop = keepAlive(socket);
    socket.once("close", stop);
    void sendFrames(viewer, socket);
  });
}

async function sendFrames(viewer: Viewer, socket: WebSocket): Promise<void> {
  const window = new FlightWindow();
  window.expectAcknowledgements();
  socket.on("message", () => window.acknowledged());
  socket.once("close", () => window.end());
  while (true) {
    await window.open();
    const frame = await viewer.next();
    if (!frame) return;
    window.sent(frame.bytes.length, viewer.skipped);
    const error = await new Promise((resolve) => socket.send(frame.bytes, resolve));
    if (error) return;
  }
}

/** Ends a connection on which nobody answers any more; returns how to stop asking. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on("pong", () => answered = true);
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
