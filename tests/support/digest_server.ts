/**
 * A server that wants HTTP's Digest authentication, and is strict about it.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { parseChallenges } from "../../lib/access/http_login.ts";

/** What the server wants. */
export interface DigestOptions {
  readonly name?: string;
  readonly password: string;
  /** `MD5` by default; the server offers all of them. */
  readonly algorithms?: readonly string[];
  /** `auth` by default; undefined for RFC 2069. */
  readonly qop?: string | null;
  readonly realm?: string;
  /** After how many requests a nonce is stale. */
  readonly staleAfter?: number;
  /** Whether each answer brings the next nonce. */
  readonly hasNextNonce?: boolean;
  /** Whether it offers Basic in front. */
  readonly hasBasic?: boolean;
  /** Whether it leaves the algorithm out. */
  readonly isBrief?: boolean;
}

const HASHES: Record<string, string> = {
  "MD5": "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};
const OPAQUE = "abc=,def";

/** A running server; it answers `body` to requests with the right password. */
export class DigestServer implements AsyncDisposable {
  /** For each request `ok`, or what was wrong with it. */
  readonly verdicts: string[] = [];
  readonly #options: DigestOptions;
  readonly #server: http.Server;
  readonly #nonces = new Map<string, number>();

  private constructor(options: DigestOptions, respond: (response: http.ServerResponse) => void) {
    this.#options = options;
    this.#server = http.createServer((request, response) => {
      const verdict = this.#judge(request);
      this.verdicts.push(verdict);
      if (verdict !== "ok") {
        response.writeHead(401, { "www-authenticate": this.#challenge(verdict === "stale") });
        response.end("log in");
        return;
      }
      if (options.hasNextNonce) {
        response.setHeader("authentication-info", `nextnonce="${this.#newNonce()}"`);
      }
      respond(response);
    });
  }

  /** Starts a server on 127.0.0.1. */
  static async start(
    options: DigestOptions,
    respond: (response: http.ServerResponse) => void,
  ): Promise<DigestServer> {
    const server = new DigestServer(options, respond);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #newNonce(): string {
    const nonce = randomBytes(12).toString("base64");
    this.#nonces.set(nonce, 0);
    return nonce;
  }

  #challenge(isStale: boolean): string {
    const { algorithms = ["MD5"], qop = "auth", realm = "camera" } = this.#options;
    const quoted = realm.replace(/(["\\])/g, "\\$1");
    const digests = algorithms.map((algorithm) =>
      [
        `Digest realm="${quoted}"`,
        ...qop ? [`qop="${qop}"`] : [],
        `nonce="${this.#newNonce()}"`,
        ...this.#options.isBrief ? [] : [`algorithm=${algorithm}`],
        `opaque="${OPAQUE}"`,
        ...isStale ? ["stale=true"] : [],
      ].join(", ")
    );
    return [...this.#options.hasBasic ? ['Basic realm="x, Digest nonce"'] : [], ...digests].join(
      ", ",
    );
  }

  #judge({ headers, method, url }: http.IncomingMessage): string {
    if (!headers.authorization) return "no authorization";
    const [{ scheme, params }] = parseChallenges(headers.authorization);
    if (scheme !== "digest") return scheme;
    const { name = "me", password, algorithms = ["MD5"], qop = "auth" } = this.#options;
    const given = (key: string) =>
      new TextDecoder().decode(
        Uint8Array.from(params.get(key) ?? "", (character) => character.charCodeAt(0)),
      );
    const nonce = given("nonce");
    const uses = this.#nonces.get(nonce);
    if (uses === undefined) return "unknown nonce";
    const wanted = {
      uri: url!,
      username: name,
      realm: this.#options.realm ?? "camera",
      opaque: OPAQUE,
      ...qop ? { qop: "auth", nc: (uses + 1).toString(16).padStart(8, "0") } : { qop: "", nc: "" },
    };
    for (const [key, value] of Object.entries(wanted)) {
      if (given(key) !== value) return `${key} ${given(key)} instead of ${value}`;
    }
    const algorithm = given("algorithm") || "MD5";
    if (!algorithms.includes(algorithm)) return `algorithm ${algorithm}`;
    const hash = (...parts: string[]) =>
      createHash(HASHES[algorithm.replace("-sess", "")]).update(parts.join(":")).digest("hex");
    const login = hash(name, wanted.realm, password);
    const secret = algorithm.endsWith("-sess") ? hash(login, nonce, given("cnonce")) : login;
    const middle = qop ? [nonce, given("nc"), given("cnonce"), "auth"] : [nonce];
    const right = hash(secret, ...middle, hash(method!, url!));
    if (given("response") !== right) return "wrong response";
    this.#nonces.set(nonce, uses + 1);
    if (this.#options.staleAfter !== undefined && uses >= this.#options.staleAfter) return "stale";
    if (this.#options.hasNextNonce) this.#nonces.delete(nonce);
    return "ok";
  }

  /** Ends it with all its connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
