/** The client's side of one connection: frames and control messages in. */

import type { Hub } from "../flow/hub.ts";
import { Outbox } from "../flow/outbox.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";
import { startsAsJpeg } from "../frame/jpeg.ts";
import { Deadline } from "../time/deadline.ts";
import { onAbort } from "../time/on_abort.ts";
import { fingerprint } from "../wire/authentication.ts";
import { decodeControl } from "../wire/codec.ts";
import { serverLimit } from "../wire/limits.ts";
import { MessageDecoder } from "../wire/message_decoder.ts";
import { HANDSHAKE_MS, ServerMessage, SILENCE_MS } from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import { dial, type DialOptions } from "./dial.ts";
import { RefusedError } from "./refused_error.ts";
import { ServerLimits } from "./server_limits.ts";
import type { RemoteControls } from "./remote_controls.ts";
import { Speaker } from "./speaker.ts";

/** How much is read at once, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/** How a TLS alert starts: a TLS server sends one to a client that does not speak TLS. */
const TLS_ALERT = [0x15, 0x03];

/** What comes over a connection. */
export type ConnectionEvent =
  | { readonly type: "frame"; readonly memory: FrameMemory }
  | ServerMessage;

/** Options of {@linkcode connect}. */
export interface ConnectOptions extends Omit<DialOptions, "isBound"> {
  /** The token, if the server needs one. */
  readonly token?: string;
  /** The camera's name; the first one without it. */
  readonly camera?: string;
  /** Whether frames are wanted, at each change; without it they always are. */
  readonly watched?: Hub<Watched>;
  /** Shared by all connections to the server. */
  readonly limits?: ServerLimits;
  /** Called with a way to change the camera, once the server has welcomed this client. */
  readonly controls?: RemoteControls;
}

/** Whether frames are wanted. */
export interface Watched {
  readonly on: boolean;
}

/**
 * Connects, greets, yields what comes, and acknowledges each frame. Ends when the server closes the
 * connection.
 *
 * @throws {RefusedError} when trying again cannot help.
 * @throws {ProtocolError} when the server breaks the protocol.
 * @throws {DOMException} `TimeoutError` when nothing has come for a while.
 */
export async function* connect(
  { signal, token, camera, watched, limits = new ServerLimits(), controls: remote, ...options }:
    ConnectOptions,
): AsyncGenerator<ConnectionEvent, void, void> {
  const silent = new AbortController();
  using silence = new Deadline((error) => silent.abort(error));
  silence.set(HANDSHAKE_MS, () => silenceError(HANDSHAKE_MS));
  const ended = AbortSignal.any([signal, silent.signal]);
  try {
    using conn = await dial({ ...options, isBound: token !== undefined, signal: ended });
    using _ = onAbort(ended, () => conn[Symbol.dispose]());
    if (token !== undefined) silence.set(HANDSHAKE_MS, unaskedError);
    using outbox = new Outbox(conn);
    const certificate = conn.certificate && await fingerprint(conn.certificate);
    const isWatched = () => watched?.latest?.on ?? true;
    using speaker = new Speaker(outbox, token, certificate, { camera, isWatched });
    using changes = watched?.subscribe();
    if (changes) void follow(changes, speaker);
    using line = new DisposableStack();
    const decoder = new MessageDecoder(serverLimit);
    const { controls, frames } = limits;
    const buffer = new Uint8Array(CHUNK_BYTES);
    let isFirst = true;
    // Until the greeting has arrived, the server may send frames of its first camera.
    let isRight = camera === undefined;
    while (true) {
      const length = await conn.read(buffer);
      if (length === null) return;
      // Any byte is a sign of life: a large frame takes its time on a slow link.
      silence.set(SILENCE_MS, () => silenceError(SILENCE_MS));
      if (isFirst && TLS_ALERT.every((byte, i) => buffer[i] === byte)) {
        throw new RefusedError("speaks-tls", "this server speaks TLS");
      }
      isFirst = false;
      for (const payload of decoder.push(buffer.subarray(0, length))) {
        controls.count(payload.bytes);
        const event = decode(payload);
        if ((event?.type === "frame" || payload.bytes.length === 0) && !frames.allows()) {
          // Otherwise tiny frames could keep all other work of this thread waiting.
          await frames.rest(ended);
        }
        if (event?.type === "challenge") await speaker.challenged(event.nonce);
        else if (event?.type === "welcome") {
          await speaker.welcomed(event.proof);
          if (remote) line.use(remote.attach((message) => speaker.say(message)));
        }
        isRight ||= event?.type === "welcome";
        if (event && isNews(event, speaker) && (isRight || event.type === "error")) yield event;
      }
    }
  } catch (error) {
    // Our reason for closing the connection says more than its end.
    ended.throwIfAborted();
    throw error;
  }
}

async function follow(changes: AsyncIterable<Watched>, speaker: Speaker): Promise<void> {
  for await (const { on } of changes) speaker.watch(on);
}

function unaskedError(): DOMException {
  const seconds = HANDSHAKE_MS / 1000;
  const message = `it asked for no token within ${seconds} s: it may need none, or be slow`;
  return new DOMException(message, "TimeoutError");
}

function silenceError(ms: number): DOMException {
  return new DOMException(`it has been silent for ${ms / 1000} s`, "TimeoutError");
}

/** Lets the client react to an event; returns false for events that need not be yielded. */
function isNews(event: ConnectionEvent, speaker: Speaker): boolean {
  if (event.type === "challenge") return false;
  if (event.type === "error") return true;
  speaker.assertProven();
  if (event.type === "frame") speaker.received();
  return event.type !== "pong" || speaker.hasAsked(event.sent);
}

function decode(memory: FrameMemory): ConnectionEvent | undefined {
  const payload = memory.bytes;
  // An empty message means nothing, and the next one may be a frame.
  if (payload.length === 0) return undefined;
  if (startsAsJpeg(payload)) return { type: "frame", memory };
  if (payload[0] === "{".charCodeAt(0)) return decodeControl(payload, ServerMessage);
  throw new ProtocolError("a payload is neither a JPEG nor a control message");
}
