/** Why a server will never accept this client, however often it tries. */

/**
 * What is wrong: the client has no token, or the wrong one; the server does not prove that it knows
 * the token; it speaks TLS, or does not; its certificate is not trusted, or for another name; it
 * does not speak the protocol; it has no camera of this name.
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
  /** What is wrong. */
  readonly code: RefusalCode;

  /** Creates an error. */
  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
