/**
 * Limits the frames on their way to a client, or to a page.
 *
 * The kernels on both sides buffer megabytes: dozens of ageing frames. So a client that
 * acknowledges frames gets the next one only when the link has room for it.
 * {@linkcode LinkEstimate} derives from the acknowledgements what the link carries.
 */

import { LinkEstimate } from "./link_estimate.ts";

/** Counts frames out and acknowledgements in, and knows when there is room. */
export class FlightWindow {
  readonly #link = new LinkEstimate();
  #expects = false;
  #unacknowledged = 0;
  #changed: (() => void) | undefined;

  /** From now on, waits for room before each frame, because the client acknowledges each. */
  expectAcknowledgements(): void {
    this.#expects = true;
  }

  /** Counts a frame that is sent now; `skipped` is how many frames were left out so far. */
  sent(bytes: number, skipped: number): void {
    this.#unacknowledged++;
    this.#link.sent(bytes, skipped, performance.now());
  }

  /** Counts an acknowledgement; false if the client acknowledges more than it got. */
  acknowledged(): boolean {
    if (this.#unacknowledged === 0) return false;
    this.#unacknowledged--;
    this.#expects = true;
    this.#link.acknowledged(performance.now());
    this.#changed?.();
    return true;
  }

  /** Stops waiting, because the connection has ended. */
  end(): void {
    this.#expects = false;
    this.#changed?.();
  }

  /** Waits until one more frame may be sent; never for a client that acknowledges nothing. */
  async open(): Promise<void> {
    while (this.#expects) {
      const now = performance.now();
      const wait = this.#link.opensAt(now) - now;
      if (wait <= 0) return;
      await this.#change(wait);
    }
  }

  /** Waits for a change, or for `ms` milliseconds, which may be `Infinity`. */
  async #change(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed = resolve;
    const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
    await promise;
    clearTimeout(timer);
    this.#changed = undefined;
  }
}
