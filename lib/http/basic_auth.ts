/**
 * Who may watch: HTTP's Basic authentication (RFC 7617), which every viewer program knows.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { Offenders } from "../flow/offenders.ts";

/** What a viewer must know. */
export interface Credentials {
  /** The name; without one, any will do. */
  readonly name?: string;
  /** The password. */
  readonly password: string;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  /** A sentence without its full stop. */
  readonly words: string;
  readonly headers: Record<string, string>;
}

/** Compares in constant time, and makes who guesses wait. */
export class BasicAuth {
  readonly #name: Uint8Array | undefined;
  readonly #password: Uint8Array;
  readonly #offenders = new Offenders();

  /** Makes a check. */
  constructor({ name, password }: Credentials) {
    this.#name = name === undefined ? undefined : digest(new TextEncoder().encode(name));
    this.#password = digest(new TextEncoder().encode(password));
  }

  /** Why a request with this `Authorization` from this address is refused, or undefined. */
  refusal(authorization: string | null, address: string): Refusal | undefined {
    // Each connection has a port of its own.
    const host = address.slice(0, address.lastIndexOf(":"));
    const waitMs = this.#offenders.wait(host);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      const words = `Too many wrong passwords came from ${host}; try again in ${seconds} s`;
      return { status: 429, words, headers: { "retry-after": String(seconds) } };
    }
    if (authorization !== null && this.#knows(authorization)) {
      this.#offenders.forgive(host);
      return undefined;
    }
    // A browser asks without a password first: that is no guess.
    if (authorization !== null) this.#offenders.failed(host);
    return {
      status: 401,
      words: "A name and a password are needed here",
      headers: { "www-authenticate": 'Basic realm="socketcam", charset="UTF-8"' },
    };
  }

  #knows(authorization: string): boolean {
    const given = decode(authorization);
    const colon = given.indexOf(":".charCodeAt(0));
    const name = digest(given.subarray(0, Math.max(0, colon)));
    const password = digest(given.subarray(colon + 1));
    const isNamed = timingSafeEqual(name, this.#name ?? name);
    return timingSafeEqual(password, this.#password) && isNamed && colon >= 0;
  }
}

/** Of equal length, whatever the length of what was hashed, as the comparison needs it. */
function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

/** `name:password`; nothing when it is written otherwise. */
function decode(authorization: string): Uint8Array {
  const [, base64 = ""] = /^basic +([\w+/=]+) *$/i.exec(authorization) ?? [];
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return new Uint8Array(0);
  }
}
