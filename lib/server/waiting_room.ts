/** Where connections wait during their handshake: not for long, and only so many. */

import { LateError, within } from "../time/deadline.ts";
import { HANDSHAKE_MS } from "../wire/protocol.ts";

/** How many connections may be in their handshake at the same time. */
export const MAX_WAITING = 64;

/** Bounds handshakes in time and number. */
export class WaitingRoom {
  readonly #waiting = new Set<(error: LateError) => void>();

  /**
   * Waits for a handshake. An honest client is done in a moment, so in a full room the connection
   * that has waited longest makes room.
   *
   * @throws {LateError} when it takes too long or had to make room. The caller closes the connection.
   */
  async wait<T>(handshake: Promise<T>): Promise<T> {
    const { promise: evicted, reject: evict } = Promise.withResolvers<never>();
    this.#waiting.add(evict);
    if (this.#waiting.size > MAX_WAITING) {
      const [oldest] = this.#waiting;
      this.#waiting.delete(oldest);
      oldest(new LateError("its handshake was not done when others came"));
    }
    const late = `its handshake was not done within ${HANDSHAKE_MS / 1000} s`;
    try {
      return await within(Promise.race([handshake, evicted]), HANDSHAKE_MS, late);
    } finally {
      this.#waiting.delete(evict);
    }
  }
}
