// @ts-types="./ws.d.ts"
import { type WebSocket, WebSocketServer } from "ws";
import { FlightWindow } from "../flow/flight_window.ts";
import { type Viewer, type ViewerRequest, ViewerResponse } from "./viewer.ts";

/** The longest message that is accepted, in bytes: an acknowledgement can be empty. */
export const MAX_MESSAGE_BYTES = 1024;
/** How often the other side is asked whether it is still there, in milliseconds. */
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
 * side, whatever it says, acknowledges one frame, so that a slow page gets fewer but fresh ones.
 */
export class SocketResponse extends ViewerResponse {
  override writeTo(request: ViewerRequest, head: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      // After a handshake that failed, this is all that happens.
      request.socket.once("close", resolve);
      sockets.handleUpgrade(request, request.socket, head, (socket) => {
        sendFrames(this.viewer, socket).then(resolve, reject);
        // It was paused until somebody reads the messages.
        request.socket.resume();
      });
    });
  }
}

async function sendFrames(viewer: Viewer, socket: WebSocket): Promise<void> {
  const window = new FlightWindow();
  window.expectAcknowledgements();
  const stop = keepAlive(socket);
  socket.on("error", () => {});
  socket.on("message", () => window.acknowledged());
  socket.once("close", () => {
    stop();
    window.end();
  });
  while (true) {
    await window.open();
    const frame = await viewer.next();
    if (!frame) return;
    window.sent(frame.bytes.length, viewer.skipped);
    const error = await new Promise((resolve) => socket.send(frame.bytes, resolve));
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
