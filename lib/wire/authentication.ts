/** Proof of the token without sending it: a challenge and its HMAC-SHA256. */

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
/** Length of a nonce in bytes: too long for the same one to come twice. */
const NONCE_BYTES = 32;

/** Bytes in hex, at least one. */
export const HEX = /^([0-9a-f]{2})+$/i;

/** A number used once, in hex. */
export function createNonce(): string {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
}

/**
 * The HMAC-SHA256 of a nonce, or of several in a row, keyed with the token, in hex.
 *
 * @throws {SyntaxError} when the nonce is not hex: the HMAC of anything else, such as nothing,
 *   could open other servers.
 */
export async function sign(token: string, nonce: string): Promise<string> {
  const bytes = Uint8Array.fromHex(nonce);
  const key = await importKey(token, "sign");
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, bytes)).toHex();
}

/** Whether `hmac` is that of `nonce` keyed with `token`; WebCrypto compares in constant time. */
export async function verify(token: string, nonce: string, hmac: string): Promise<boolean> {
  if (!HEX.test(hmac) || !HEX.test(nonce)) return false;
  const key = await importKey(token, "verify");
  const [proof, bytes] = [hmac, nonce].map((hex) => Uint8Array.fromHex(hex));
  return await crypto.subtle.verify(ALGORITHM, key, proof, bytes);
}

/** The SHA-256 of a certificate, in hex. @param der its bytes. */
export async function fingerprint(der: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(der))).toHex();
}

/** The first certificate of a chain in PEM, as DER. */
export function firstCertificate(pem: string): Uint8Array {
  const [, base64 = ""] = /-----BEGIN CERTIFICATE-----([^-]*)/.exec(pem) ?? [];
  return Uint8Array.fromBase64(base64);
}

function importKey(token: string, usage: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(token), ALGORITHM, false, [usage]);
}
