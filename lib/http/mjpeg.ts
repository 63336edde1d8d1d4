import type { Writable } from "node:stream";
import type { Envelope, Frame } from "../frame/frame.ts";
import { type ViewerRequest, ViewerResponse } from "./viewer.ts";

const BOUNDARY = "frame";

/** The stream's type, without quotes, which Safari would take for part of the boundary. */
export const MJPEG_TYPE = `multipart/x-mixed-replace;boundary=${BOUNDARY}`;

const encoder = new TextEncoder();
const OPENING = encoder.encode(`--${BOUNDARY}\r\n`);

/**
 * A frame as a part of the stream. The boundary behind a part is sent with it, because Firefox
 * shows a picture only when it has seen the boundary.
 */
export const MULTIPART: Envelope = {
  head: ({ bytes, capturedAt }) =>
    encoder.encode(
      "Content-Type: image/jpeg\r\n" +
        `Content-Length: ${bytes.length}\r\n` +
        `X-Timestamp: ${(capturedAt / 1000).toFixed(6)}\r\n\r\n`,
    ),
  tail: encoder.encode(`\r\n--${BOUNDARY}\r\n`),
};

/** A `multipart/x-mixed-replace` stream, which every browser and camera program can show. */
export class MjpegResponse extends ViewerResponse {
  /** Writes the newest frame whenever the connection has taken the one before. */
  override async writeTo({ socket }: ViewerRequest): Promise<void> {
    if (!await write(socket, [OPENING])) return;
    let frame: Frame | undefined;
    while ((frame = await this.viewer.next())) {
      if (!await write(socket, frame.seal(MULTIPART))) return;
      frame.release();
    }
  }
}

/** Whether the connection has taken all pieces. If not, a write may be under way. */
function write(connection: Writable, pieces: readonly Uint8Array[]): Promise<boolean> {
  return new Promise((resolve) => {
    const last = pieces.length - 1;
    for (let i = 0; i < last; i++) connection.write(pieces[i]);
    connection.write(pieces[last], (error) => resolve(!error));
  });
}
