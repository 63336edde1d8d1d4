/** Why a server will never let this client in, however often it tries. */

/**
 * What was refused: the client has no token, or the wrong one; the server does not prove that it knows
 * it; it speaks TLS, or does not; its certificate is not trusted, or for another name; it does not
 * speak the protocol; it has no camera of this name.
 */
export type RefusalCode =
  | "no-token"
  | "wrong-token"
  | "unproven"
  | "speaks-tls"
  | "no-tls"
  | "untrusted-certificate"
  | "other-name"
  | "protocol"
  | "no-camera";

/** Thrown when trying again cannot help. */
export class RefusedError extends Error {
  /** The error's name in messages. */
  override name = "RefusedError";
  /** What was refused. */
  readonly code: RefusalCode;

  /** Creates an error. */
  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
