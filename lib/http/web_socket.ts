// @ts-types="./ws.d.ts"
import { type WebSocket, WebSocketServer } from "ws";
import { FlightWindow } from "../flow/flight_window.ts";
import { type Viewer, type ViewerRequest, ViewerResponse } from "./viewer.ts";

/** The longest message that is accepted, in bytes: an acknowledgement can be empty. */
export const MAX_MESSAGE_BYTES = 1024;
/** How often a ping asks whether the other side is still there, in milliseconds. */
export const PING_MS = 10_000;

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  // A JPEG does not get smaller.
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
});

/**
 * Frames over a WebSocket: each is a binary message, one whole JPEG. Each message from the other
 * side, with any content, acknowledges one frame, so that a slow page gets fewer but fresh ones.
 */
export class SocketResponse extends ViewerResponse {
  override writeTo(request: ViewerRequest, head: Buffer): Promise<void> {
    return upgrade(request, head, async (socket) => {
      const window = new FlightWindow();
      socket.on("message", () => window.acknowledged());
      socket.once("close", () => window.end());
      await sendFrames(this.viewer, window, (bytes, done) => socket.send(bytes, done));
    });
  }
}

/** Shakes hands, and then runs `talk`; settles when that does, or the connection closes before. */
export function upgrade(
  request: ViewerRequest,
  head: Buffer,
  talk: (socket: WebSocket) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // After a failed handshake, nothing else happens.
    request.socket.once("close", resolve);
    sockets.handleUpgrade(request, request.socket, head, (socket) => {
      const stop = keepAlive(socket);
      socket.on("error", () => {});
      socket.once("close", stop);
      talk(socket).then(resolve, reject);
      // It was paused until somebody reads the messages.
      request.socket.resume();
    });
  });
}

/** Sends a viewer's frames, each when the window has room for it, until they or the connection end. */
export async function sendFrames(
  viewer: Viewer,
  window: FlightWindow,
  send: (bytes: Uint8Array, done: (error?: Error) => void) => void,
): Promise<void> {
  window.expectAcknowledgements();
  while (true) {
    await window.open();
    const frame = await viewer.next();
    if (!frame) return;
    window.sent(frame.bytes.length, viewer.skipped);
    const error = await new Promise<Error | undefined>((resolve) => send(frame.bytes, resolve));
    if (error) return;
    frame.release();
  }
}

/** Ends a connection that stops answering pings; returns how to stop asking. */
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
