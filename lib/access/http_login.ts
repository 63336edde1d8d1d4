import { createHash, randomBytes } from "node:crypto";

/** Hashes of Digest, the best first, by their names in HTTP and in Node. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ["sha-512-256", "sha512-256"],
  ["sha-256", "sha256"],
  ["md5", "md5"],
]);

/** One way to log in that a server offers. */
interface Challenge {
  /** In small letters: `basic`, `digest`. */
  readonly scheme: string;
  /** By their names in small letters. */
  readonly params: Map<string, string>;
}

/**
 * Logs in to one HTTP server, by Digest (RFC 7616: MD5, SHA-256, SHA-512-256, their session forms)
 * where it offers that, or else by Basic (RFC 7617). It sends the password only to a server that
 * asks, and in readable form only to a server that offers nothing better.
 */
export class HttpLogin {
  readonly #name: string;
  readonly #password: string;
  #digest: Map<string, string> | undefined;
  #isBasic = false;
  #count = 0;
  #clientNonce = "";

  /** Logs in with the name and password of a URL. */
  constructor({ username, password }: URL) {
    this.#name = decode(username);
    this.#password = decode(password);
  }

  /**
   * Takes the `WWW-Authenticate` of a 401.
   *
   * @param refused whether the server has just refused an answer to a challenge.
   * @returns whether asking again may help.
   */
  challenged(header: string, refused: boolean): boolean {
    const challenges = parseChallenges(header);
    const best = challenges.filter(({ scheme, params }) => scheme === "digest" && isUsable(params))
      .sort((a, b) => rank(a.params) - rank(b.params))[0]?.params;
    // A second no is final, unless only the nonce was too old.
    const isFinal = refused && best?.get("stale")?.toLowerCase() !== "true";
    const takesBasic = challenges.length === 0 || challenges.some((one) => one.scheme === "basic");
    this.#digest = isFinal ? undefined : best;
    this.#isBasic = !isFinal && !best && takesBasic;
    this.#count = 0;
    return this.#digest !== undefined || this.#isBasic;
  }

  /** The `Authorization` of a GET; undefined before the server has asked. */
  authorization({ pathname, search }: URL): string | undefined {
    if (this.#digest) return this.#answer(this.#digest, pathname + search);
    if (this.#isBasic) return `Basic ${btoa(bytesOf(`${this.#name}:${this.#password}`))}`;
  }

  /** Takes the `Authentication-Info` of an answer: the nonce of the next request. */
  answered(header: string): void {
    const next = parseChallenges(`info ${header}`)[0]?.params.get("nextnonce");
    if (!next || !this.#digest) return;
    this.#digest.set("nonce", next);
    this.#count = 0;
  }

  #answer(digest: Map<string, string>, uri: string): string {
    const hash = (...parts: string[]) =>
      createHash(hashOf(digest)!).update(parts.join(":")).digest("hex");
    const realm = digest.get("realm") ?? "";
    const nonce = digest.get("nonce")!;
    if (this.#count++ === 0) this.#clientNonce = randomBytes(16).toString("hex");
    const count = this.#count.toString(16).padStart(8, "0");
    const algorithm = digest.get("algorithm");
    const secret = hash(this.#name, realm, this.#password);
    const isSession = /-sess$/i.test(algorithm ?? "");
    const session = isSession ? hash(secret, nonce, this.#clientNonce) : secret;
    const request = hash("GET", uri);
    const hasQop = digest.has("qop");
    const opaque = digest.get("opaque");
    const response = hasQop
      ? hash(session, nonce, count, this.#clientNonce, "auth", request)
      : hash(session, nonce, request);
    return "Digest " + [
      `username=${quote(this.#name)}, realm=${quote(realm)}, nonce=${quote(nonce)}`,
      `uri="${uri}"`,
      ...algorithm ? [`algorithm=${algorithm}`] : [],
      `response="${response}"`,
      ...opaque === undefined ? [] : [`opaque=${quote(opaque)}`],
      ...hasQop || isSession ? [`cnonce="${this.#clientNonce}"`] : [],
      ...hasQop ? [`qop=auth, nc=${count}`] : [],
    ].join(", ");
  }
}

/** All challenges of a `WWW-Authenticate` header, which may list several (RFC 9110, 11.6.1). */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  const item = /[\s,]*([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,]*)))?/gy;
  for (let match; (match = item.exec(header));) {
    const [, name, quoted, bare] = match;
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: new Map() });
    else challenges.at(-1)?.params.set(name.toLowerCase(), value);
  }
  return challenges;
}

function isUsable(params: Map<string, string>): boolean {
  const qop = params.get("qop");
  return params.has("nonce") && hashOf(params) !== undefined &&
    (qop === undefined || /(^|[\s,])auth([\s,]|$)/i.test(qop));
}

function hashOf(params: Map<string, string>): string | undefined {
  return HASHES.get((params.get("algorithm") ?? "MD5").toLowerCase().replace(/-sess$/, ""));
}

function rank(params: Map<string, string>): number {
  return [...HASHES.values()].indexOf(hashOf(params)!);
}

/** Part of a URL; one that is not percent-encoded stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The UTF-8 bytes of a text, one character each, as headers and `btoa()` take them. */
function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function quote(text: string): string {
  return `"${bytesOf(text).replace(/(["\\])/g, "\\$1")}"`;
}
