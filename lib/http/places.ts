import { addressKey } from "../access/address_key.ts";
import { placeFor } from "../access/oldest_of_most.ts";

/** How many viewers there may be at the same time, of all cameras together. */
export const MAX_VIEWERS = 1000;
/** The answer to a viewer without a place. */
export const ALL_TAKEN = `All ${MAX_VIEWERS} places are taken; try again later`;
/**
 * How long a viewer that takes nothing keeps its place once all are taken, in milliseconds: a hidden
 * tab may sleep, but not shut others out.
 */
export const STALLED_MS = 60_000;

/** The holder of a place. */
export interface PlaceHolder {
  /** The address that the place counts for. */
  readonly key: string;
  /** How long it has been busy with its last frame, in milliseconds. */
  readonly stalledMs: number;
  /** Whether it belongs to another holder. */
  readonly isTile: boolean;
  /** Gives the place up. */
  leave(): void;
}

/** The places for viewers, which all cameras share. */
export class Places {
  readonly #holders = new Set<PlaceHolder>();

  /** How many watch; a viewer of several cameras counts once. */
  get count(): number {
    return [...this.#holders].filter(({ isTile }) => !isTile).length;
  }

  /** Whether there is a place for this address; another viewer may lose its place for it. */
  hasRoom(hostname: string): boolean {
    if (this.#holders.size >= MAX_VIEWERS) this.#makeRoom(hostname);
    return this.#holders.size < MAX_VIEWERS;
  }

  /** Gives a place to a viewer, after {@linkcode hasRoom}. */
  take(holder: PlaceHolder): void {
    this.#holders.add(holder);
  }

  /** Frees the place of a viewer that has left. */
  free(holder: PlaceHolder): void {
    this.#holders.delete(holder);
  }

  /**
   * Ends a viewer that takes nothing, or else the oldest viewer of the address that has the most.
   */
  #makeRoom(hostname: string): void {
    const stalled = [...this.#holders].filter(({ stalledMs }) => stalledMs >= STALLED_MS);
    if (stalled.length > 0) {
      return stalled.reduce((one, other) => other.stalledMs > one.stalledMs ? other : one).leave();
    }
    placeFor(addressKey(hostname), [...this.#holders])?.leave();
  }
}
