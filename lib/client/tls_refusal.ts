import { type RefusalCode, RefusedError } from "./refused_error.ts";

/** Node's codes for faults of certificates: `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`. */
const CERTIFICATE_CODE = /CERT|LEAF_SIGNATURE/;
const OTHER_NAME_CODE = "ERR_TLS_CERT_ALTNAME_INVALID";

/** Why TLS failed: no TLS at the other side, or a wrong certificate. */
export function tlsRefusal(cause: Error & { readonly code?: string }): RefusedError | undefined {
  const why = reasonOf(cause);
  if (why === undefined) return undefined;
  const refuse = (code: RefusalCode, message: string) => new RefusedError(code, message, { cause });
  if (why === "no-tls") {
    return refuse("no-tls", `this server does not speak TLS (${cause.message})`);
  }
  if (cause.code === OTHER_NAME_CODE || /not valid for (any )?name/i.test(why)) {
    return refuse("other-name", `this server's certificate is for another name (${why})`);
  }
  return refuse("untrusted-certificate", `this server's certificate is not trusted (${why})`);
}

/**
 * What is wrong with the certificate; `no-tls` if the server does not speak TLS, undefined for
 * another error.
 */
function reasonOf(cause: Error & { readonly code?: string }): string | undefined {
  if (cause instanceof Deno.errors.InvalidData) {
    return /invalid peer certificate: (.*)/.exec(cause.message)?.[1] ?? "no-tls";
  }
  const { code = "" } = cause;
  if (CERTIFICATE_CODE.test(code)) return cause.message;
  return code.startsWith("ERR_SSL_") ? "no-tls" : undefined;
}
