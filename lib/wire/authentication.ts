/** Proof of the token without sending it: a challenge and its HMAC-SHA256. */

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
/** Length of a nonce in bytes: too long for the same one to come twice. */
const NONCE_BYTES = 32;

/** A number used once, in hex. */
export function createNonce(): string {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
}

/** The HMAC-SHA256 of a nonce, or of several in a row, keyed with the token, in hex. */
export async function sign(token: string, nonce: string): Promise<string> {
  const key = await importKey(token, "sign");
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, parseHex(nonce))).toHex();
}

/** Whether `hmac` is that of `nonce` keyed with `token`; WebCrypto compares in constant time. */
export async function verify(token: string, nonce: string, hmac: string): Promise<boolean> {
  const key = await importKey(token, "verify");
  return await crypto.subtle.verify(ALGORITHM, key, parseHex(hmac), parseHex(nonce));
}

function importKey(token: string, usage: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(token), ALGORITHM, false, [usage]);
}

/** The bytes; none if it is not hex, which no HMAC matches. */
function parseHex(hex: string): Uint8Array<ArrayBuffer> {
  return /^([0-9a-f]{2})*$/i.test(hex) ? Uint8Array.fromHex(hex) : new Uint8Array(0);
}
