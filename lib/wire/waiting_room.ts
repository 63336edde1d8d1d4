/**
 * Where connections wait until it is known who they are: not long, and not many at a time.
 *
 * @module
 */

import { LateError, within } from "../flow/within.ts";
import { HANDSHAKE_MS } from "./protocol.ts";

/** How many connections may be in their handshake at the same time. */
export const MAX_WAITING = 64;

/** Bounds handshakes in time and in number. */
export class WaitingRoom {
  readonly #waiting = new Set<(error: LateError) => void>();

  /**
   * What `handshake` gives. A client that belongs here is done in a moment; so when the room is
   * full, the one that has waited longest makes room.
   *
   * @throws {LateError} when it takes too long, or had to make room. The connection must be closed.
   */
  async wait<T>(handshake: Promise<T>): Promise<T> {
    const { promise: evicted, reject: evict } = Promise.withResolvers<never>();
    this.#waiting.add(evict);
    if (this.#waiting.size > MAX_WAITING) {
      const [oldest] = this.#waiting;
      this.#waiting.delete(oldest);
      oldest(new LateError("it was not done with its handshake when others came"));
    }
    const words = `it was not done with its handshake within ${HANDSHAKE_MS / 1000} s`;
    try {
      return await within(HANDSHAKE_MS, Promise.race([handshake, evicted]), words);
    } finally {
      this.#waiting.delete(evict);
    }
  }
}
