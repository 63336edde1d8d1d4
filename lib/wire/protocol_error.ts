/** Thrown when the other side breaks the protocol; the message says how. */
export class ProtocolError extends Error {
  /** The error's name in messages. */
  override name = "ProtocolError";
}
