import { createHash } from "node:crypto";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { Throttle } from "./throttle.ts";

/** What a viewer must know. */
export interface Credentials {
  /** The user name; without one, any is accepted. */
  readonly name?: string;
  /** The password. */
  readonly password: string;
}

/** Why a request is refused, as HTTP says it. */
export interface AuthRefusal {
  readonly status: 401 | 429;
  /** A sentence without its full stop. */
  readonly reason: string;
  readonly headers: Record<string, string>;
}

/**
 * HTTP's Basic authentication (RFC 7617), which every viewer program knows. Compares credentials in
 * constant time, and throttles whoever guesses.
 */
export class BasicAuth {
  readonly #name: Uint8Array | undefined;
  readonly #password: Uint8Array;
  readonly #throttle = new Throttle();

  constructor({ name, password }: Credentials) {
    this.#name = name === undefined ? undefined : digest(new TextEncoder().encode(name));
    this.#password = digest(new TextEncoder().encode(password));
  }

  /** Why a request with this `Authorization` from this address is refused; undefined if it is not. */
  refusal(authorization: string | null, address: string): AuthRefusal | undefined {
    const waitMs = this.#throttle.waitMs(address);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      const reason = `Too many wrong passwords from ${address}; try again in ${seconds} s`;
      return { status: 429, reason, headers: { "retry-after": String(seconds) } };
    }
    if (authorization !== null && this.#accepts(authorization)) {
      this.#throttle.succeeded(address);
      return undefined;
    }
    // A browser asks without a password first, which is not a guess.
    if (authorization !== null) this.#throttle.failed(address);
    return {
      status: 401,
      reason: "A name and a password are needed here",
      headers: { "www-authenticate": 'Basic realm="socketcam", charset="UTF-8"' },
    };
  }

  #accepts(authorization: string): boolean {
    const given = decode(authorization);
    const colon = given.indexOf(":".charCodeAt(0));
    const name = digest(given.subarray(0, Math.max(0, colon)));
    const password = digest(given.subarray(colon + 1));
    const isNamed = timingSafeEqual(name, this.#name ?? name);
    return timingSafeEqual(password, this.#password) && isNamed && colon >= 0;
  }
}

/** Equal lengths for the comparison, whatever was given. */
function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

/** `name:password`; empty if it is written otherwise. */
function decode(authorization: string): Uint8Array {
  const [, base64 = ""] = /^basic +([\w+/=]+) *$/i.exec(authorization) ?? [];
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return new Uint8Array(0);
  }
}
