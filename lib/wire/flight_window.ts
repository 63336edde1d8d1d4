/**
 * How many frames may be on their way to a client.
 *
 * The kernels on both sides buffer megabytes: dozens of frames, each older than the next. So once a
 * client acknowledges frames, no more than {@linkcode MAX_IN_FLIGHT} are sent ahead of it.
 *
 * @module
 */

/** Frames in flight: one that arrives while the next is sent. */
export const MAX_IN_FLIGHT = 2;

/** Counts frames out and acknowledgements in. */
export class FlightWindow {
  #inFlight = 0;
  #acknowledges = false;
  #waiting: (() => void) | undefined;

  /** A frame was sent. */
  sent(): void {
    this.#inFlight++;
  }

  /** A frame has arrived, or so the client says. */
  acknowledged(): void {
    this.#acknowledges = true;
    // More acknowledgements than frames buy nothing.
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.#release();
  }

  /** The connection is over: whoever waits goes on. */
  end(): void {
    this.#acknowledges = false;
    this.#release();
  }

  /** Waits until one more frame may be sent. A client that acknowledges nothing is never waited for. */
  async open(): Promise<void> {
    while (this.#acknowledges && this.#inFlight >= MAX_IN_FLIGHT) {
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
  }

  #release(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
