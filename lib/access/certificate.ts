/** A certificate with its key, both as PEM. */
export interface KeyPair {
  /** A certificate, or a chain of them. */
  readonly cert: string;
  /** The private key of the first certificate. */
  readonly key: string;
}

/** Thrown when a certificate and its key cannot be used. */
export class CertificateError extends Error {
  /** The error's name in messages. */
  override name = "CertificateError";
  /** What is wrong. */
  readonly code: "certificate" | "key" | "mismatch";

  /** Wraps the error of Deno, which stays available as `cause`. */
  constructor(code: CertificateError["code"], cause: unknown) {
    super(SENTENCES[code], { cause });
    this.code = code;
  }
}

const SENTENCES: Readonly<Record<CertificateError["code"], string>> = {
  certificate: "The certificate is damaged, or not a certificate",
  key: "The key is damaged, needs a password, or is not a key",
  mismatch: "The key does not belong to the certificate",
};

/**
 * Checks that both can be used. Node's TLS accepts anything, and then each handshake fails. So this
 * opens Deno's listener for a moment, which reads both.
 *
 * @throws {CertificateError} when they cannot be used.
 */
export function checkPair({ cert, key }: KeyPair): void {
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }).close();
  } catch (cause) {
    const code = codeOf((cause as Error).message);
    if (!code) throw cause;
    throw new CertificateError(code, cause);
  }
}

function codeOf(message: string): CertificateError["code"] | undefined {
  if (message.includes("keys may not be consistent")) return "mismatch";
  if (/decode key|No keys/.test(message)) return "key";
  if (/certificate/i.test(message)) return "certificate";
}
