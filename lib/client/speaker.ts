/** What a client sends: its greeting, then acknowledgements and questions about the time. */

import { setImmediate } from "node:timers";
import type { Outbox } from "../flow/outbox.ts";
import { now } from "../time/clock.js";
import { sign } from "../wire/authentication.ts";
import { encodeAcknowledgements, encodeControl } from "../wire/codec.ts";
import { PING_MS, PROTOCOL_VERSION } from "../wire/protocol.ts";
import { RefusedError } from "./refused_error.ts";

/** How long a client with a token waits for the challenge, in milliseconds; then there is none. */
export const CHALLENGE_MS = 1000;
/** How often the time is asked for at first, in milliseconds, and how many times. */
const FIRST_PING_MS = 100;
const FIRST_PINGS = 5;

/** Speaks for a client. */
export class Speaker implements Disposable {
  readonly #outbox: Outbox;
  readonly #token: string | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #pinging: ReturnType<typeof setTimeout> | undefined;
  /** Frames that came and are not acknowledged yet. */
  #owed = 0;

  constructor(outbox: Outbox, token: string | undefined) {
    this.#outbox = outbox;
    this.#token = token;
    if (token === undefined) this.#greet();
    else this.#timer = setTimeout(() => this.#greet(), CHALLENGE_MS);
  }

  /** The server wants proof of the token. @throws {RefusedError} without a token. */
  async challenged(nonce: string): Promise<void> {
    if (this.#token === undefined) {
      throw new RefusedError("no-token", "this server needs a token");
    }
    this.#greet(await sign(this.#token, nonce));
  }

  /** A frame has come. */
  received(): void {
    // If the first frame comes before the greeting, this server has no challenge.
    this.#greet();
    // Writing wakes the server, which takes as long as handing the frame on; so that goes first.
    setImmediate(() => this.#acknowledge());
  }

  /**
   * Acknowledges one more frame. While an acknowledgement waits for its turn, the next ones join it,
   * so that a server that never reads does not fill a queue.
   */
  #acknowledge(): void {
    if (this.#owed++ > 0) return;
    this.#outbox.send(() => {
      const message = encodeAcknowledgements(this.#owed);
      this.#owed = 0;
      return message;
    }).catch(() => {});
  }

  #greet(hmac?: string): void {
    if (this.#pinging !== undefined) return;
    clearTimeout(this.#timer);
    const hello = { type: "hello", version: PROTOCOL_VERSION, acknowledges: true } as const;
    this.#outbox.send([encodeControl({ ...hello, ...hmac !== undefined && { hmac } })])
      .catch(() => {});
    this.#ask(FIRST_PINGS);
  }

  /** Asks for the time, again and again; quickly at first, since the first answers may be slow. */
  #ask(quickly: number): void {
    this.#outbox.send(() => encodeControl({ type: "ping", sent: now() })).catch(() => {});
    const waitMs = quickly > 0 ? FIRST_PING_MS : PING_MS;
    this.#pinging = setTimeout(() => this.#ask(quickly - 1), waitMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pinging);
  }
}
