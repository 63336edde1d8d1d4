/**
 * The server's side of one connection: the newest frame out, acknowledgements in.
 *
 * @module
 */

import { now } from "../flow/clock.ts";
import type { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { CameraInfo, CameraStatus, Frame } from "../frame/frame.ts";
import { FlightWindow } from "./flight_window.ts";
import { MessageDecoder } from "./message_decoder.ts";
import { Outbox } from "./outbox.ts";
import {
  clientLimit,
  ClientMessage,
  decodeControl,
  encodeControl,
  encodePayload,
  PROTOCOL_VERSION,
  ProtocolError,
  type ServerMessage,
} from "./protocol.ts";

/** How often a camera that is not live is spoken of, in milliseconds. */
export const STATUS_MS = 1000;

/** What a server sends: a camera, or whatever else gives frames. */
export interface Feed {
  /** The frames; subscribing is watching. */
  readonly frames: Hub<Frame>;
  /** Whether there are frames, and if not, why. */
  readonly status: Hub<CameraStatus>;
  /** What gives the frames, once that is known. */
  readonly info: CameraInfo | undefined;
}

/** Who is on the other side, for `welcome`. */
const SERVER = "socketcam";

type Hello = Extract<ClientMessage, { type: "hello" }>;

const messages = new WeakMap<Frame, Uint8Array>();

/** A frame as it goes over the wire, made once for all clients. */
function frameMessage(frame: Frame): Uint8Array {
  let message = messages.get(frame);
  if (!message) messages.set(frame, message = encodePayload(frame.bytes));
  return message;
}

/** Serves one client until it leaves, breaks the protocol, or the frames end. */
export class Sender {
  readonly #conn: Deno.Conn;
  readonly #feed: Feed;
  readonly #outbox: Outbox;
  readonly #window = new FlightWindow();
  #speaks = false;

  constructor(conn: Deno.Conn, feed: Feed) {
    this.#conn = conn;
    this.#feed = feed;
    this.#outbox = new Outbox(conn);
  }

  /**
   * Runs the connection, and closes it at the end, or when `signal` is aborted.
   *
   * @throws {ProtocolError} when the client broke the protocol, after it was told so.
   */
  async run(signal: AbortSignal): Promise<void> {
    const frames = this.#feed.frames.subscribe();
    const statuses = this.#feed.status.follow();
    const end = () => {
      frames.return();
      statuses.return();
      this.#window.end();
      this.#conn[Symbol.dispose]();
    };
    signal.addEventListener("abort", end);
    const reading = this.#read();
    const timer = setInterval(() => this.#remind(), STATUS_MS);
    const sending = Promise.all([this.#sendFrames(frames), this.#sendStatus(statuses)]);
    // What is sent after the end of the connection fails, which is no news.
    sending.catch(() => {});
    try {
      await Promise.race([reading.then((gone) => gone ? undefined : sending), sending]);
    } catch (error) {
      if (error instanceof ProtocolError) {
        await this.#tell({ type: "error", code: "protocol", message: error.message });
      }
      throw error;
    } finally {
      clearInterval(timer);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  async #sendFrames(frames: Mailbox<Frame>): Promise<void> {
    while (true) {
      // Room first, then the frame: what is taken now is the newest there is.
      await this.#window.open();
      const { value: frame } = await frames.next();
      if (!frame) return;
      const message = frameMessage(frame);
      this.#window.sent(message.length, frames.skipped);
      await this.#outbox.send(message);
    }
  }

  async #sendStatus(statuses: AsyncIterable<CameraStatus>): Promise<void> {
    for await (const status of statuses) await this.#tell({ type: "camera", ...status });
  }

  /** Speaks of a camera that is not live, unless the client is not even done with the last word. */
  #remind(): void {
    const status = this.#feed.status.latest;
    if (!status || status.state === "live" || this.#outbox.busy) return;
    this.#tell({ type: "camera", ...status }).catch(() => {});
  }

  /** A control message, for a client that speaks. */
  async #tell(message: ServerMessage): Promise<void> {
    if (this.#speaks) await this.#outbox.send(encodeControl(message));
  }

  /** Reads until the client sends no more; says whether it is gone then, or just has no more to say. */
  async #read(): Promise<boolean> {
    const decoder = new MessageDecoder(clientLimit);
    const buffer = new Uint8Array(16 * 1024);
    while (true) {
      const length = await this.#conn.read(buffer);
      if (length === null) return this.#speaks;
      for (const payload of decoder.push(buffer.subarray(0, length))) await this.#receive(payload);
    }
  }

  async #receive(payload: Uint8Array): Promise<void> {
    const message = payload.length > 0 ? decodeControl(payload, ClientMessage) : undefined;
    if (message?.type === "hello") return await this.#greet(message);
    if (!this.#speaks) throw new ProtocolError("hello comes first");
    if (payload.length === 0) this.#window.acknowledged();
    else if (message) await this.#tell({ type: "pong", sent: message.sent, now: now() });
  }

  async #greet({ version, acknowledges }: Hello): Promise<void> {
    this.#speaks = true;
    if (acknowledges) this.#window.expectAcknowledgements();
    if (version !== PROTOCOL_VERSION) {
      throw new ProtocolError(
        `this server speaks version ${PROTOCOL_VERSION} of the protocol, not ${version}`,
      );
    }
    const { info, status } = this.#feed;
    await this.#tell({
      type: "welcome",
      version: PROTOCOL_VERSION,
      server: SERVER,
      ...info && { camera: info },
    });
    if (status.latest) await this.#tell({ type: "camera", ...status.latest });
  }
}
