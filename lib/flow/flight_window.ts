/**
 * How many frames may be on their way to a client, or to a page.
 *
 * The kernels on both sides buffer megabytes: dozens of frames, each older than the next. So who
 * acknowledges frames gets the next one when the link has room for it, and no sooner; what the link
 * carries, {@linkcode LinkEstimate} tells from the acknowledgements.
 *
 * @module
 */

import { LinkEstimate } from "./link_estimate.ts";

/** Counts frames out and acknowledgements in, and says when there is room. */
export class FlightWindow {
  readonly #link = new LinkEstimate();
  #expects = false;
  #changed: (() => void) | undefined;

  /** From now on no frame is sent without room, since the client acknowledges each. */
  expectAcknowledgements(): void {
    this.#expects = true;
  }

  /** A frame is sent now; `skipped` counts the frames that were left out so far. */
  sent(bytes: number, skipped: number): void {
    this.#link.sent(bytes, skipped, performance.now());
  }

  /** A frame has arrived, or so the client says. */
  acknowledged(): void {
    this.#expects = true;
    this.#link.acknowledged(performance.now());
    this.#changed?.();
  }

  /** The connection is over: whoever waits goes on. */
  end(): void {
    this.#expects = false;
    this.#changed?.();
  }

  /** Waits until one more frame may be sent. A client that acknowledges nothing is never waited for. */
  async open(): Promise<void> {
    while (this.#expects) {
      const now = performance.now();
      const wait = this.#link.opensAt(now) - now;
      if (wait <= 0) return;
      await this.#change(wait);
    }
  }

  /** Waits until something has changed, or for `ms` milliseconds; they may be infinitely many. */
  async #change(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed = resolve;
    const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
    await promise;
    clearTimeout(timer);
    this.#changed = undefined;
  }
}
