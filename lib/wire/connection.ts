/**
 * The client's side of one connection: a greeting out, frames and news in.
 *
 * @module
 */

import { Watchdog } from "../flow/watchdog.ts";
import { startsAsJpeg } from "../frame/jpeg.ts";
import { dial, type DialOptions } from "./dial.ts";
import { MessageDecoder } from "./message_decoder.ts";
import { Outbox } from "./outbox.ts";
import {
  decodeControl,
  HANDSHAKE_MS,
  ProtocolError,
  serverLimit,
  ServerMessage,
  SILENCE_MS,
} from "./protocol.ts";
import { RefusedError } from "./refused_error.ts";
import { Speaker } from "./speaker.ts";

/** How much is read at once, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/** How an alert of TLS starts: what a TLS server says to a client that speaks plainly. */
const TLS_ALERT = [0x15, 0x03];

/** What comes over a connection: frames, and what the server says. */
export type ConnectionEvent =
  | { readonly type: "frame"; readonly bytes: Uint8Array<ArrayBuffer> }
  | ServerMessage;

/** Options of {@linkcode connect}. */
export interface ConnectOptions extends DialOptions {
  /** What the server may ask for. */
  readonly token?: string;
}

/**
 * Connects, greets, and gives what comes, acknowledging each frame as it arrives. Ends when the
 * server closes the connection.
 *
 * @throws {RefusedError} when it cannot come to be, however often it is tried.
 * @throws {ProtocolError} when the server does not keep to the protocol.
 * @throws {DOMException} `TimeoutError` when nothing has come for a while.
 */
export async function* connect(
  { signal, token, ...options }: ConnectOptions,
): AsyncGenerator<ConnectionEvent, void, void> {
  using silence = new Watchdog((ms) =>
    new DOMException(`it has said nothing for ${ms / 1000} s`, "TimeoutError")
  );
  silence.feed(HANDSHAKE_MS);
  const ended = AbortSignal.any([signal, silence.signal]);
  try {
    using conn = await dial({ ...options, signal: ended });
    const close = () => conn[Symbol.dispose]();
    ended.addEventListener("abort", close);
    ended.throwIfAborted();
    using outbox = new Outbox(conn);
    using speaker = new Speaker(outbox, token);
    try {
      const decoder = new MessageDecoder(serverLimit);
      const buffer = new Uint8Array(CHUNK_BYTES);
      let isFirst = true;
      while (true) {
        const length = await conn.read(buffer);
        if (length === null) return;
        // Any byte is a sign of life: a large frame takes its time on a slow link.
        silence.feed(SILENCE_MS);
        if (isFirst && TLS_ALERT.every((byte, i) => buffer[i] === byte)) {
          throw new RefusedError("this server speaks TLS; add --tls, or --ca FILE");
        }
        isFirst = false;
        for (const payload of decoder.push(buffer.subarray(0, length))) {
          const event = decode(payload);
          await speaker.heard(event);
          if (event) yield event;
        }
      }
    } finally {
      ended.removeEventListener("abort", close);
    }
  } catch (error) {
    // The reason why the connection was closed says more than the closed connection.
    ended.throwIfAborted();
    throw error;
  }
}

function decode(payload: Uint8Array<ArrayBuffer>): ConnectionEvent | undefined {
  if (startsAsJpeg(payload)) return { type: "frame", bytes: payload };
  if (payload[0] === "{".charCodeAt(0)) return decodeControl(payload, ServerMessage);
  throw new ProtocolError("a payload is neither a JPEG nor a control message");
}
