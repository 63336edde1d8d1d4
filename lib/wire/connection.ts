/**
 * The client's side of one connection: a greeting out, frames and news in.
 *
 * @module
 */

import { now } from "../flow/clock.ts";
import { startsAsJpeg } from "../frame/jpeg.ts";
import { MessageDecoder } from "./message_decoder.ts";
import { Outbox } from "./outbox.ts";
import {
  ACKNOWLEDGEMENT,
  decodeControl,
  encodeControl,
  HANDSHAKE_MS,
  PROTOCOL_VERSION,
  ProtocolError,
  serverLimit,
  ServerMessage,
} from "./protocol.ts";

/** How often the server is asked for the time, which also shows that it is there. */
export const PING_MS = 1000;
/** How long a server may say nothing, in milliseconds; then it is taken for gone. */
export const SILENCE_MS = 6000;
/** How much is read at once, in bytes. */
const CHUNK_BYTES = 256 * 1024;

/** What comes over a connection: frames, and what the server says. */
export type ConnectionEvent =
  | { readonly type: "frame"; readonly bytes: Uint8Array<ArrayBuffer> }
  | ServerMessage;

/** Options of {@linkcode connect}. */
export interface ConnectOptions {
  /** The server's name or address. */
  readonly hostname: string;
  /** The server's port. */
  readonly port: number;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

/**
 * Connects, greets, and gives what comes, acknowledging each frame as it arrives. Ends when the
 * server closes the connection.
 *
 * @throws {ProtocolError} when the server does not keep to the protocol.
 * @throws {DOMException} `TimeoutError` when nothing has come for a while.
 */
export async function* connect(
  { hostname, port, signal }: ConnectOptions,
): AsyncGenerator<ConnectionEvent, void, void> {
  using silence = new Silence();
  silence.start(HANDSHAKE_MS);
  const ended = AbortSignal.any([signal, silence.signal]);
  try {
    using conn = await Deno.connect({ hostname, port, signal: ended });
    conn.setNoDelay();
    const close = () => conn[Symbol.dispose]();
    ended.addEventListener("abort", close);
    const outbox = new Outbox(conn);
    const ping = setInterval(() => ask(outbox), PING_MS);
    try {
      await outbox.send(
        encodeControl({ type: "hello", version: PROTOCOL_VERSION, acknowledges: true }),
      );
      ask(outbox);
      const decoder = new MessageDecoder(serverLimit);
      const buffer = new Uint8Array(CHUNK_BYTES);
      while (true) {
        const length = await conn.read(buffer);
        if (length === null) return;
        for (const payload of decoder.push(buffer.subarray(0, length))) {
          silence.start(SILENCE_MS);
          const event = decode(payload);
          if (event?.type === "frame") void outbox.send(ACKNOWLEDGEMENT).catch(() => {});
          if (event) yield event;
        }
      }
    } finally {
      clearInterval(ping);
      ended.removeEventListener("abort", close);
    }
  } catch (error) {
    // The reason why the connection was closed says more than the closed connection.
    ended.throwIfAborted();
    throw error;
  }
}

function ask(outbox: Outbox): void {
  if (!outbox.busy) outbox.send(encodeControl({ type: "ping", sent: now() })).catch(() => {});
}

function decode(payload: Uint8Array<ArrayBuffer>): ConnectionEvent | undefined {
  if (startsAsJpeg(payload)) return { type: "frame", bytes: payload };
  if (payload[0] === "{".charCodeAt(0)) return decodeControl(payload, ServerMessage);
  throw new ProtocolError("a payload is neither a JPEG nor a control message");
}

/** A signal that is aborted when nothing has come for a while. */
class Silence {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on, `ms` milliseconds may pass. */
  start(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(
        new DOMException(`it has said nothing for ${ms / 1000} s`, "TimeoutError"),
      );
    }, ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
