/**
 * What a client says.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { now } from "../flow/clock.ts";
import { sign } from "./authentication.ts";
import type { ConnectionEvent } from "./connection.ts";
import type { Outbox } from "./outbox.ts";
import { acknowledgements, encodeControl, PING_MS, PROTOCOL_VERSION } from "./protocol.ts";
import { RefusedError } from "./refused_error.ts";

/** How long a client with a token waits for the challenge, in milliseconds; then there is none. */
export const CHALLENGE_MS = 1000;
/** How often the time is asked for at first, in milliseconds, and how many times. */
const FIRST_PING_MS = 100;
const FIRST_PINGS = 5;

/** What a client says: its greeting when it is time for that, then acknowledgements and questions. */
export class Speaker {
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

  /** Reacts to what the server has said. */
  async heard(event: ConnectionEvent | undefined): Promise<void> {
    if (event?.type === "challenge") {
      if (this.#token === undefined) {
        throw new RefusedError("this server wants a token; give it with --token");
      }
      this.#greet(await sign(this.#token, event.nonce));
    } else if (event?.type === "frame") {
      // The first frame came before the greeting: this server has no challenge.
      this.#greet();
      // To write it wakes the other side, which takes as long as to hand the frame on: that is first.
      setImmediate(() => this.#acknowledge());
    }
  }

  /**
   * Acknowledges one frame more. While an acknowledgement waits for its turn, the next ones go with
   * it: a server that sends on and on without ever reading must not fill a queue.
   */
  #acknowledge(): void {
    if (this.#owed++ > 0) return;
    this.#outbox.send(() => {
      const message = acknowledgements(this.#owed);
      this.#owed = 0;
      return message;
    }).catch(() => {});
  }

  #greet(hmac?: string): void {
    if (this.#pinging !== undefined) return;
    clearTimeout(this.#timer);
    const hello = { type: "hello", version: PROTOCOL_VERSION, acknowledges: true } as const;
    this.#outbox.send(encodeControl({ ...hello, ...hmac !== undefined && { hmac } }))
      .catch(() => {});
    this.#ask(FIRST_PINGS);
  }

  /** Asks for the time, now and on and on; quickly at first, since the first answers may be slow. */
  #ask(quickly: number): void {
    this.#outbox.send(() => encodeControl({ type: "ping", sent: now() })).catch(() => {});
    const wait = quickly > 0 ? FIRST_PING_MS : PING_MS;
    this.#pinging = setTimeout(() => this.#ask(quickly - 1), wait);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pinging);
  }
}
