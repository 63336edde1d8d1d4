import { Hub } from "../flow/hub.ts";
import type { TransformStatus } from "./stage.ts";

/**
 * How long after its last failure a transform counts as failing, and the least time between two
 * reasons, in milliseconds: a transform that fails now and then must not flood the terminal.
 */
export const FAILING_MS = 1000;

/** Turns the result of each frame into a status. */
export class TransformHealth {
  /** The status, at each change. */
  readonly status = new Hub<TransformStatus>();
  #failedAt = -Infinity;
  #toldAt = -Infinity;

  /** Takes the result of one frame: why the transform failed, or undefined if it did not. */
  update(reason: string | undefined): void {
    const at = performance.now();
    const last = this.status.latest;
    if (reason === undefined) {
      if (last?.state === "working" || at - this.#failedAt < FAILING_MS) return;
      return this.status.publish({ state: "working" });
    }
    this.#failedAt = at;
    const isTold = last?.state === "failing" &&
      (last.reason === reason || at - this.#toldAt < FAILING_MS);
    if (isTold) return;
    this.#toldAt = at;
    this.status.publish({ state: "failing", reason });
  }
}
