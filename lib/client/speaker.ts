/** Sends a client's messages: its greeting, then acknowledgements and questions about the time. */

import { setImmediate } from "node:timers";
import type { Outbox } from "../flow/outbox.ts";
import { now } from "../time/clock.js";
import { createNonce, sign, verify } from "../wire/authentication.ts";
import { encodeAcknowledgements, encodeControl } from "../wire/codec.ts";
import { type ClientMessage, PING_MS, PROTOCOL_VERSION } from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import { RefusedError } from "./refused_error.ts";

/** The first questions about the time: their interval in milliseconds, and their number. */
const FIRST_PING_MS = 100;
const FIRST_PINGS = 5;
/** How many questions may be open at a time; the oldest is dropped first. */
const MAX_ASKED = 16;

/** The contents of a client's greeting. */
export interface Wishes {
  /** The camera's name; the first one without it. */
  readonly camera?: string;
  /** Whether frames are wanted at first; true by default. */
  readonly isWatched?: () => boolean;
}

/** Speaks for a client. */
export class Speaker implements Disposable {
  readonly #outbox: Outbox;
  readonly #token: string | undefined;
  readonly #certificate: string | undefined;
  readonly #wishes: Wishes;
  #hasGreeted = false;
  #pinging: ReturnType<typeof setTimeout> | undefined;
  /** How many frames are not acknowledged yet. */
  #owed = 0;
  /** When the open questions were asked. */
  readonly #asked = new Set<number>();
  #challenge: { readonly own: string; readonly theirs: string } | undefined;
  #isProven = false;

  /**
   * @param certificate the fingerprint of the server's certificate, to which the proofs are bound.
   */
  constructor(
    outbox: Outbox,
    token: string | undefined,
    certificate?: string,
    wishes: Wishes = {},
  ) {
    this.#wishes = wishes;
    this.#outbox = outbox;
    this.#token = token;
    this.#certificate = certificate;
    if (token === undefined) this.#greet({});
  }

  /** Answers the server's challenge, and challenges the server. @throws {RefusedError} */
  async challenged(nonce: string): Promise<void> {
    if (this.#token === undefined) {
      throw new RefusedError("no-token", "this server needs a token");
    }
    // Answering a second challenge would let the server use this client as a key for another
    // server.
    if (this.#challenge) throw new ProtocolError("it sent a second challenge");
    this.#challenge = { own: createNonce(), theirs: nonce };
    const { own } = this.#challenge;
    const certificate = this.#certificate;
    this.#greet({
      hmac: await sign(this.#token, nonce + own + (certificate ?? "")),
      nonce: own,
      ...certificate !== undefined && { certificate },
    });
  }

  /**
   * Takes the server's answer to the greeting.
   *
   * @throws {RefusedError} unless it knows the token, too.
   */
  async welcomed(proof: string | undefined): Promise<void> {
    if (this.#token === undefined) return;
    const { own = "", theirs = "" } = this.#challenge ?? {};
    this.#isProven = proof !== undefined && own !== "" &&
      await verify(this.#token, own + theirs + (this.#certificate ?? ""), proof);
    this.assertProven();
  }

  /** @throws {RefusedError} when the server still has to prove that it knows the token. */
  assertProven(): void {
    if (this.#token === undefined || this.#isProven) return;
    throw new RefusedError("unproven", "this server does not prove that it knows the token");
  }

  /** Whether this question was asked, and is still open. */
  hasAsked(sent: number): boolean {
    return this.#asked.delete(sent);
  }

  /** Tells the server whether frames are wanted; the greeting says so first. */
  watch(on: boolean): void {
    if (this.#hasGreeted) this.say({ type: "watch", on });
  }

  /** Sends a message, after the greeting. */
  say(message: ClientMessage): void {
    this.#outbox.send([encodeControl(message)]).catch(() => {});
  }

  /** Called when a frame has come. */
  received(): void {
    // Writing wakes the server, which takes as long as passing the frame on, so the frame goes
    // first.
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

  #greet(
    proof: { readonly hmac?: string; readonly nonce?: string; readonly certificate?: string },
  ): void {
    const hello = { type: "hello", version: PROTOCOL_VERSION, acknowledges: true } as const;
    const { camera, isWatched } = this.#wishes;
    const wishes = {
      ...camera !== undefined && { camera },
      ...isWatched?.() === false && { watch: false },
    };
    this.#hasGreeted = true;
    this.#outbox.send([encodeControl({ ...hello, ...wishes, ...proof })]).catch(() => {});
    this.#ask(FIRST_PINGS);
  }

  /** Asks for the time, again and again; quickly at first, since the first answers may be slow. */
  #ask(quickly: number): void {
    this.#outbox.send(() => {
      const sent = now();
      this.#asked.add(sent);
      if (this.#asked.size > MAX_ASKED) this.#asked.delete(this.#asked.values().next().value!);
      return encodeControl({ type: "ping", sent });
    }).catch(() => {});
    const waitMs = quickly > 0 ? FIRST_PING_MS : PING_MS;
    this.#pinging = setTimeout(() => this.#ask(quickly - 1), waitMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#pinging);
  }
}
