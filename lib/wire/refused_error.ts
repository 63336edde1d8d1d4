/** Thrown when the server will never let this client in, or is no socketcam server. */
export class RefusedError extends Error {
  /** What it is called in messages. */
  override name = "RefusedError";
}
