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
 * constant time, and slows down guessing.
 */
export class BasicAuth {
  readonly #name: Uint8Array | undefined;
  readonly #password: Uint8Array;
  readonly #throttle = new Throttle();

  constructor({ name, password }: Credentials) {
    this.#name = name === undefined ? undefined : digest(new TextEncoder().encode(name));
    this.#password = digest(new TextEncoder().encode(password));
  }

  /**
   * Why a request with this `Authorization` from this address is refused; undefined if it is not.
   * The answer to one guess too many is delayed until nobody waits for it.
   */
  async refusal(
    authorization: string | null,
    address: string,
    signal?: AbortSignal,
  ): Promise<AuthRefusal | undefined> {
    // A browser asks without a password first, which is not a guess.
    if (authorization === null) return refuse("A name and a password are needed here");
    const isRight = () => this.#accepts(authorization);
    switch (await this.#throttle.judge(address, isRight, signal)) {
      case "right":
        return undefined;
      case "wrong":
        return refuse("The name or the password is wrong");
      case "slow":
        return {
          status: 429,
          reason: `Too many wrong passwords came from ${address}; try later`,
          headers: { "retry-after": "10" },
        };
    }
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

function refuse(reason: string): AuthRefusal {
  const headers = { "www-authenticate": 'Basic realm="socketcam", charset="UTF-8"' };
  return { status: 401, reason, headers };
}

/** Gives any input the same length, for the comparison. */
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
