import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { now } from "../time/clock.js";
import { Throttle } from "./throttle.ts";

/** The length of a key, in bytes: too long to guess, even with a link at hand. */
const KEY_BYTES = 32;
/** A key as text. */
const KEY = new RegExp(`^[0-9a-f]{${2 * KEY_BYTES}}$`, "i");
/** The longest time that a link is valid, in milliseconds: a year. */
export const MAX_LINK_MS = 366 * 24 * 3600 * 1000;
/**
 * The time when it expires, in seconds since 1970, and the proof of this time and of the camera.
 */
const LINK = /^([1-9]\d{0,11})\.([\w-]{43})$/;

/** What a link permits. */
export interface Permit {
  /** Whether it has expired or was revoked since. */
  readonly isOver: () => boolean;
}

/** Why a link is refused, as HTTP says it. */
export interface LinkRefusal {
  /** 403, or 429 after too many wrong ones. */
  readonly status: 403 | 429;
  /** A sentence without its full stop. */
  readonly reason: string;
}

/**
 * Links that show one camera for a limited time without a password. Each contains an HMAC of the
 * camera's name and the time, and nothing is stored. A new key makes all of them void.
 *
 * @example
 * ```ts
 * import { Links, openCamera, serveViewers } from "socketcam";
 *
 * const links = new Links(Links.createKey());
 * await using camera = openCamera({ device: "test" });
 * await using viewers = await serveViewers(camera, {
 *   port: 0,
 *   credentials: { password: "a secret" },
 *   links,
 * });
 * const link = links.sign("1", Date.now() + 60_000);
 * console.log(`http://localhost:${viewers.address.port}/1/stream?link=${link}`);
 * ```
 */
export class Links {
  readonly #throttle = new Throttle();
  #key: Uint8Array | undefined;

  /** Takes a key of {@linkcode Links.createKey}. @throws {TypeError} when it is not a key. */
  constructor(key: string) {
    this.renew(key);
  }

  /** A random key, in hex. */
  static createKey(): string {
    return randomBytes(KEY_BYTES).toString("hex");
  }

  /**
   * Takes a new key, which revokes all links of the old one.
   *
   * @throws {TypeError} when it is not a key; then no link is valid.
   */
  renew(key: string): void {
    this.revoke();
    if (!KEY.test(key)) throw new TypeError(`A key of links has ${2 * KEY_BYTES} hex digits`);
    this.#key = Buffer.from(key, "hex");
  }

  /** Makes all links void that were made so far. */
  revoke(): void {
    this.#key = undefined;
  }

  /**
   * Makes the value of `?link=`.
   *
   * @param camera the name of the only camera that it shows.
   * @param expiresAt milliseconds since 1970; a year from now at most.
   * @throws {RangeError} when it would be valid for longer.
   * @throws {TypeError} when there is no key.
   */
  sign(camera: string, expiresAt: number): string {
    if (!(expiresAt <= now() + MAX_LINK_MS)) {
      throw new RangeError("A link is valid for a year at most");
    }
    const seconds = Math.floor(expiresAt / 1000);
    if (!this.#key) throw new TypeError("There is no key to make links with");
    return `${seconds}.${proofOf(this.#key, camera, seconds).toString("base64url")}`;
  }

  /**
   * What a link permits at this moment, or why it is refused. Answers to wrong ones are delayed, as
   * for passwords.
   *
   * @param camera the camera that it should show; undefined for what no link can show.
   * @param address the sender's address.
   */
  async judge(
    link: string,
    camera: string | undefined,
    address: string,
    signal?: AbortSignal,
  ): Promise<Permit | LinkRefusal> {
    const key = this.#key;
    const [, time = "0", text = ""] = LINK.exec(link) ?? [];
    const expiresAt = Number(time) * 1000;
    const isRight = () => {
      if (key === undefined || camera === undefined || text === "") return false;
      return timingSafeEqual(Buffer.from(text, "base64url"), proofOf(key, camera, Number(time)));
    };
    switch (await this.#throttle.judge(address, isRight, signal)) {
      case "wrong":
        return { status: 403, reason: "This link is not for this, or was revoked" };
      case "slow":
        return { status: 429, reason: `Too many wrong links came from ${address}; try later` };
    }
    const isOver = () => now() >= expiresAt || this.#key !== key;
    return isOver() ? { status: 403, reason: "This link has expired" } : { isOver };
  }
}

function proofOf(key: Uint8Array, camera: string, seconds: number): Buffer {
  const content = JSON.stringify(["socketcam link", camera, seconds]);
  return createHmac("sha256", key).update(content).digest();
}
