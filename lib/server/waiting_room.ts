/** Connections wait here during their handshake, limited in time and number. */

import { addressKey } from "../access/address_key.ts";
import { oldestOfMost } from "../access/oldest_of_most.ts";
import { LateError, within } from "../time/deadline.ts";
import { HANDSHAKE_MS } from "../wire/protocol.ts";

/** How many connections may be in their handshake at the same time. */
export const MAX_WAITING = 256;

interface Guest {
  readonly key: string;
  readonly evict: (error: LateError) => void;
}

/** Limits handshakes in time and number. */
export class WaitingRoom {
  readonly #waiting = new Set<Guest>();

  /**
   * Waits for a handshake. An honest client needs a moment. So in a full room, the address with the
   * most connections loses its oldest.
   *
   * @throws {LateError} when it takes too long, or lost its place. The caller closes the
   *   connection.
   */
  async wait<T>(address: string, handshake: Promise<T>): Promise<T> {
    const { promise: evicted, reject: evict } = Promise.withResolvers<never>();
    const guest = { key: addressKey(address), evict };
    this.#waiting.add(guest);
    if (this.#waiting.size > MAX_WAITING) {
      const oldest = oldestOfMost(this.#waiting)!;
      this.#waiting.delete(oldest);
      oldest.evict(new LateError("its handshake was slow while others waited"));
    }
    const late = `its handshake was not done within ${HANDSHAKE_MS / 1000} s`;
    try {
      return await within(Promise.race([handshake, evicted]), HANDSHAKE_MS, late);
    } finally {
      this.#waiting.delete(guest);
    }
  }
}
