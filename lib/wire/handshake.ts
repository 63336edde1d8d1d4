/**
 * How a client that must know a token is let in, and how one is told that it is not.
 *
 * @module
 */

import { within } from "../flow/within.ts";
import { createNonce, verify } from "./authentication.ts";
import type { Incoming } from "./incoming.ts";
import type { Outbox } from "./outbox.ts";
import {
  ClientMessage,
  decodeControl,
  encodeControl,
  type ErrorCode,
  type Hello,
  ProtocolError,
} from "./protocol.ts";

/** How long a client may take to hear why it is not let in, in milliseconds. */
export const FAREWELL_MS = 1000;
/** How much of a client that is not let in is still read, in reads. */
const FAREWELL_READS = 64;

/** Thrown when a client is not let in; the message tells it why. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Challenges a client, and gives its greeting once that has shown that it knows the token.
 *
 * @throws {Refusal} when it does not.
 */
export async function challenge(
  token: string,
  incoming: Incoming,
  outbox: Outbox,
): Promise<Hello> {
  const nonce = createNonce();
  await outbox.send(encodeControl({ type: "challenge", nonce }));
  const payload = await incoming.next();
  if (!payload) throw new Error("it left without an answer to the challenge");
  const message = payload.length > 0 ? decodeControl(payload, ClientMessage) : undefined;
  if (message?.type !== "hello") throw new ProtocolError("hello comes first");
  if (message.hmac === undefined) throw new Refusal("token", "this server wants a token");
  if (await verify(token, nonce, message.hmac)) return message;
  throw new Refusal("token", "this is not the token of this server");
}

/** Says why the connection ends, and lets the answer arrive; does not fail, and does not take long. */
export async function sayFarewell(
  conn: Deno.Conn,
  outbox: Outbox,
  code: ErrorCode,
  message: string,
): Promise<void> {
  const saying = async () => {
    await outbox.send(encodeControl({ type: "error", code, message }));
    await conn.closeWrite();
    // To close a connection while bytes of it are unread resets it, and the answer may be lost.
    const buffer = new Uint8Array(1024);
    for (let i = 0; i < FAREWELL_READS; i++) if (await conn.read(buffer) === null) return;
  };
  await within(FAREWELL_MS, saying(), "").catch(() => {});
}
