/**
 * The client's side of one connection: a greeting out, frames and news in.
 *
 * @module
 */

import { now } from "../flow/clock.ts";
import { startsAsJpeg } from "../frame/jpeg.ts";
import { sign } from "./authentication.ts";
import { MessageDecoder } from "./message_decoder.ts";
import { Outbox } from "./outbox.ts";
import {
  ACKNOWLEDGEMENT,
  decodeControl,
  encodeControl,
  HANDSHAKE_MS,
  PING_MS,
  PROTOCOL_VERSION,
  ProtocolError,
  serverLimit,
  ServerMessage,
  SILENCE_MS,
} from "./protocol.ts";
import { RefusedError } from "./refused_error.ts";

/** How long a client with a token waits for the challenge, in milliseconds; then there is none. */
export const CHALLENGE_MS = 1000;
/** How often the time is asked for at first, in milliseconds, and how many times. */
const FIRST_PING_MS = 100;
const FIRST_PINGS = 5;
/** How much is read at once, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/** How an alert of TLS starts: what a TLS server says to a client that speaks plainly. */
const TLS_ALERT = [0x15, 0x03];

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
  /** What the server may ask for. */
  readonly token?: string;
  /** Whether to speak TLS. */
  readonly tls?: boolean;
  /** Whose certificates are trusted, as PEM, besides those that the system trusts; means TLS. */
  readonly ca?: string;
  /** Ends the connection. */
  readonly signal: AbortSignal;
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
  using silence = new Silence();
  silence.start(HANDSHAKE_MS);
  const ended = AbortSignal.any([signal, silence.signal]);
  try {
    using conn = await open(options, ended);
    const close = () => conn[Symbol.dispose]();
    ended.addEventListener("abort", close);
    ended.throwIfAborted();
    using greeting = new Greeting(new Outbox(conn), token);
    try {
      const decoder = new MessageDecoder(serverLimit);
      const buffer = new Uint8Array(CHUNK_BYTES);
      let isFirst = true;
      while (true) {
        const length = await conn.read(buffer);
        if (length === null) return;
        // Any byte is a sign of life: a large frame takes its time on a slow link.
        silence.start(SILENCE_MS);
        if (isFirst && TLS_ALERT.every((byte, i) => buffer[i] === byte)) {
          throw new RefusedError("this server speaks TLS; add --tls, or --ca FILE");
        }
        isFirst = false;
        for (const payload of decoder.push(buffer.subarray(0, length))) {
          const event = decode(payload);
          await greeting.heard(event);
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

async function open(
  { hostname, port, tls, ca }: Omit<ConnectOptions, "signal" | "token">,
  signal: AbortSignal,
): Promise<Deno.Conn> {
  const tcp = await Deno.connect({ hostname, port, signal });
  const close = () => tcp[Symbol.dispose]();
  signal.addEventListener("abort", close);
  try {
    tcp.setNoDelay();
    if (!tls && ca === undefined) return tcp;
    const conn = await Deno.startTls(tcp, { hostname, ...ca !== undefined && { caCerts: [ca] } });
    signal.addEventListener("abort", () => conn[Symbol.dispose](), { once: true });
    await conn.handshake();
    return conn;
  } catch (error) {
    close();
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    const why = /invalid peer certificate: (.*)/.exec(error.message)?.[1];
    throw new RefusedError(
      why
        ? `this server's certificate is not trusted (${why}); name its issuer with --ca FILE`
        : `this server does not speak TLS (${error.message}); leave out --tls and --ca`,
    );
  } finally {
    signal.removeEventListener("abort", close);
  }
}

/** What a client says: its greeting when it is time for that, then acknowledgements and questions. */
class Greeting {
  readonly #outbox: Outbox;
  readonly #token: string | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #pinging: ReturnType<typeof setTimeout> | undefined;

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
      void this.#outbox.send(ACKNOWLEDGEMENT).catch(() => {});
    }
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
