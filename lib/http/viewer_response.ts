/** The response that does not end: frames for one viewer. */

import type { IncomingMessage } from "node:http";
import type { Viewer } from "./viewer.ts";

/** A response that holds its viewer, and writes the frames to the viewer's connection itself. */
export abstract class ViewerResponse extends Response {
  constructor(readonly viewer: Viewer, headers?: HeadersInit) {
    super(null, { headers });
  }

  /**
   * Writes to the connection that the request came on, until that closes or the frames end.
   *
   * @param head what came after the request already.
   */
  abstract writeTo(request: IncomingMessage, head?: Uint8Array): Promise<void>;
}
