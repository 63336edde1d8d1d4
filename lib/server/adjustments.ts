/** Changes of a client to its camera's controls. */

import { ControlError } from "../flow/controls.ts";
import type { Feed } from "../flow/feed.ts";
import { RateLimit } from "../time/rate_limit.ts";
import { type ClientMessage, MAX_SETS_PER_SECOND, type ServerMessage } from "../wire/protocol.ts";

/** How many changes of one client may wait for the camera. */
export const MAX_WAITING_SETS = 8;

type SetMessage = Extract<ClientMessage, { type: "set" }>;

/** Changes controls for a client, within limits. */
export class Adjustments {
  readonly #isAllowed: boolean;
  readonly #limit = new RateLimit(MAX_SETS_PER_SECOND);
  #waiting = 0;

  /** @param isAllowed whether clients may change anything. */
  constructor(isAllowed: boolean) {
    this.#isAllowed = isAllowed;
  }

  /** Changes one, and returns the answer; never rejects. */
  async answer(
    { control, value, id }: SetMessage,
    feed: Feed | undefined,
  ): Promise<Extract<ServerMessage, { type: "set" }>> {
    const answer = { type: "set", control, ...id !== undefined && { id } } as const;
    try {
      await this.#set(control, value, feed);
      return answer;
    } catch (error) {
      const { code, message } = error instanceof ControlError
        ? error
        : new ControlError("refused", (error as Error).message);
      return { ...answer, code, message };
    }
  }

  async #set(name: string, value: number, feed: Feed | undefined): Promise<void> {
    if (!this.#isAllowed) {
      throw new ControlError("not-allowed", "this server does not let clients change its cameras");
    }
    if (!this.#limit.allows() || this.#waiting >= MAX_WAITING_SETS) {
      const most = `at most ${MAX_SETS_PER_SECOND} in a second, ${MAX_WAITING_SETS} at a time`;
      throw new ControlError("too-many", `too many changes: ${most}`);
    }
    const set = feed?.controls?.latest?.set;
    if (!set) throw new ControlError("no-controls", "the camera has no controls");
    this.#waiting++;
    try {
      await set({ [name]: value });
    } finally {
      this.#waiting--;
    }
  }
}
