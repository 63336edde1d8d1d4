/** A client's proof that it knows the token, and the reason that a refused client gets. */

import type { Outbox } from "../flow/outbox.ts";
import { within } from "../time/deadline.ts";
import { createNonce, sign, verify } from "../wire/authentication.ts";
import { decodeControl, encodeControl } from "../wire/codec.ts";
import {
  ClientMessage,
  type ErrorCode,
  type Hello,
  type ListedCamera,
  type ServerMessage,
} from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import type { Incoming } from "./incoming.ts";
import type { ServerConn } from "./server_socket.ts";

/** How long sending the reason to a refused client may take, in milliseconds. */
export const FAREWELL_MS = 1000;
/** How many more reads of a refused client's bytes there are. */
const FAREWELL_READS = 64;

/** Thrown when a client is refused; the message is sent to it. */
export class HandshakeError extends Error {
  override name = "HandshakeError";
  readonly code: ErrorCode;
  /** The cameras that the client can ask for instead. */
  readonly cameras: readonly ListedCamera[] | undefined;

  constructor(code: ErrorCode, message: string, cameras?: readonly ListedCamera[]) {
    super(message);
    this.code = code;
    this.cameras = cameras;
  }
}

/** What a client said before it was admitted. */
export interface Greeting {
  readonly hello: Hello;
  /** The server's proof of the token, if the client asked for it. */
  readonly proof?: string;
}

/** Challenges a client; returns its answer, and the challenge. */
export async function challenge(
  incoming: Incoming,
  outbox: Outbox,
): Promise<{ readonly hello: Hello; readonly nonce: string }> {
  const nonce = createNonce();
  await outbox.send([encodeControl({ type: "challenge", nonce })]);
  const payload = await incoming.next();
  if (!payload) throw new Error("it left without an answer to the challenge");
  const hello = payload.length > 0 ? decodeControl(payload, ClientMessage) : undefined;
  if (hello?.type !== "hello") throw new ProtocolError("hello comes first");
  if (hello.hmac === undefined) throw new HandshakeError("token", "this server needs a token");
  return { hello, nonce };
}

/**
 * Whether a client's answer proves that it knows the token.
 *
 * @param certificate the fingerprint of the server's certificate, if it has one. Behind a proxy
 *   that ends TLS the server has none, and accepts the client's.
 */
export function isProven(
  token: string,
  nonce: string,
  hello: Hello,
  certificate = hello.certificate ?? "",
): Promise<boolean> {
  const signed = hello.nonce === undefined ? nonce : nonce + hello.nonce + certificate;
  return verify(token, signed, hello.hmac ?? "");
}

/** The server's own proof to a client that has asked for it. */
export async function proveTo(
  token: string,
  nonce: string,
  hello: Hello,
  certificate = hello.certificate ?? "",
): Promise<Greeting> {
  if (hello.nonce === undefined) return { hello };
  return { hello, proof: await sign(token, hello.nonce + nonce + certificate) };
}

/** Why a connection ends, for the client. */
export type Farewell = Omit<Extract<ServerMessage, { type: "error" }>, "type"> & {
  readonly code: ErrorCode;
};

/** Sends the reason, and waits for its arrival; never fails, and is limited in time. */
export async function sendFarewell(
  conn: ServerConn,
  outbox: Outbox,
  error: Farewell,
): Promise<void> {
  const sending = async () => {
    await outbox.send([encodeControl({ type: "error", ...error })]);
    await conn.closeWrite();
    // Closing a connection with unread bytes resets it, and may lose the reason.
    const buffer = new Uint8Array(1024);
    for (let i = 0; i < FAREWELL_READS; i++) if (await conn.read(buffer) === null) return;
  };
  await within(sending(), FAREWELL_MS, "it did not take the reason").catch(() => {});
}
