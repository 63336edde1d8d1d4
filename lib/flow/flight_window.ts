/**
 * How many frames may be on their way to a client, or to a page.
 *
 * The kernels on both sides buffer megabytes: dozens of ageing frames. So a client that acknowledges
 * frames gets the next one when the link has room for it, and no sooner. {@linkcode LinkEstimate}
 * knows what the link carries, from the acknowledgements.
 */

import { LinkEstimate } from "./link_estimate.ts";

/** Counts frames out and acknowledgements in, and knows when there is room. */
export class FlightWindow {
  readonly #link = new LinkEstimate();
  #expects = false;
  #unacknowledged = 0;
  #changed: (() => void) | undefined;

  /** From now on, waits for room before each frame, since the client acknowledges each. */
  expectAcknowledgements(): void {
    this.#expects = true;
  }

  /** A frame is sent now; `skipped` counts the frames left out so far. */
  sent(bytes: number, skipped: number): void {
    this.#unacknowledged++;
    this.#link.sent(bytes, skipped, performance.now());
  }

  /** The client says that a frame has arrived; false if it acknowledges more than it got. */
  acknowledged(): boolean {
    if (this.#unacknowledged === 0) return false;
    this.#unacknowledged--;
    this.#expects = true;
    this.#link.acknowledged(performance.now());
    this.#changed?.();
    return true;
  }

  /** The connection has ended: stops waiting. */
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
