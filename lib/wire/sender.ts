/**
 * The server's side of one connection: the newest frame out, acknowledgements in.
 *
 * @module
 */

import { now } from "../flow/clock.ts";
import { FlightWindow } from "../flow/flight_window.ts";
import type { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { CameraInfo, CameraStatus, Frame } from "../frame/frame.ts";
import type { Incoming } from "./incoming.ts";
import type { Outbox } from "./outbox.ts";
import {
  clientLimit,
  ClientMessage,
  decodeControl,
  encodeControl,
  encodePayload,
  type Hello,
  PROTOCOL_VERSION,
  ProtocolError,
  REGULAR_PINGS,
  type ServerMessage,
  SILENCE_MS,
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

const messages = new WeakMap<Frame, Uint8Array>();

/** A frame as it goes over the wire, made once for all clients. */
function frameMessage(frame: Frame): Uint8Array {
  let message = messages.get(frame);
  if (!message) messages.set(frame, message = encodePayload(frame.bytes));
  return message;
}

/** Serves one client until it leaves, breaks the protocol, or the frames end. */
export class Sender {
  readonly #outbox: Outbox;
  readonly #incoming: Incoming;
  readonly #feed: Feed;
  readonly #window = new FlightWindow();
  #speaks = false;
  #pings = 0;
  /** The question that the next `pong` answers. */
  #asked: number | undefined;

  constructor(outbox: Outbox, incoming: Incoming, feed: Feed) {
    this.#outbox = outbox;
    this.#incoming = incoming;
    this.#feed = feed;
  }

  /**
   * Runs until the connection is over, or `signal` is aborted; closing it is the caller's.
   *
   * @param hello what the client has said already.
   * @throws {ProtocolError} when the client broke the protocol.
   * @throws {LateError} when it says or takes nothing for too long.
   */
  async run(signal: AbortSignal, hello?: Hello): Promise<void> {
    const frames = this.#feed.frames.borrow();
    const statuses = this.#feed.status.follow();
    const end = () => {
      frames.return();
      statuses.return();
      this.#window.end();
    };
    signal.addEventListener("abort", end);
    const reading = this.#read(hello);
    const timer = setInterval(() => this.#remind(), STATUS_MS);
    const sending = Promise.all([this.#sendFrames(frames), this.#sendStatus(statuses)]);
    // What is sent after the end of the connection fails, which is no news.
    sending.catch(() => {});
    reading.catch(() => {});
    try {
      await Promise.race([reading.then((gone) => gone ? undefined : sending), sending]);
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
  async #read(hello?: Hello): Promise<boolean> {
    if (hello) await this.#greet(hello);
    while (true) {
      const payload = await this.#incoming.next();
      if (!payload) return this.#speaks;
      await this.#receive(payload);
    }
  }

  async #receive(payload: Uint8Array): Promise<void> {
    const message = payload.length > 0 ? decodeControl(payload, ClientMessage) : undefined;
    if (message?.type === "hello") return await this.#greet(message);
    if (!this.#speaks) throw new ProtocolError("hello comes first");
    if (payload.length === 0) this.#window.acknowledged();
    else if (message) this.#answer(message.sent);
  }

  /**
   * Answers a `ping`, without waiting until that is written: the acknowledgements behind it must
   * not look late. While an answer waits for its turn, it becomes that to the newest question.
   */
  #answer(sent: number): void {
    // When one stops that has asked again and again, nobody is there.
    if (++this.#pings === REGULAR_PINGS) this.#incoming.patienceMs = SILENCE_MS;
    const isWaiting = this.#asked !== undefined;
    this.#asked = sent;
    if (isWaiting) return;
    this.#outbox.send(() => {
      const pong = encodeControl({ type: "pong", sent: this.#asked!, now: now() });
      this.#asked = undefined;
      return pong;
    }).catch(() => {});
  }

  async #greet({ version, acknowledges }: Hello): Promise<void> {
    this.#speaks = true;
    this.#incoming.limit = clientLimit;
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
