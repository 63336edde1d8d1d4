/** One client of the server: the newest frame out, acknowledgements in. */

import type { CameraStatus, Feed } from "../flow/feed.ts";
import { FlightWindow } from "../flow/flight_window.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Outbox } from "../flow/outbox.ts";
import type { Frame } from "../frame/frame.ts";
import { decodeControl, encodeControl, LENGTH_PREFIX } from "../wire/codec.ts";
import { clientLimit } from "../wire/limits.ts";
import {
  ClientMessage,
  type Hello,
  PROTOCOL_VERSION,
  REGULAR_PINGS,
  type ServerMessage,
  SILENCE_MS,
} from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import type { Greeting } from "./handshake.ts";
import type { Incoming } from "./incoming.ts";

/** How often the status of a camera that is not live is repeated, in milliseconds. */
export const STATUS_MS = 1000;
/** What the server calls itself in `welcome`. */
const SERVER = "socketcam";

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
   * Runs until the connection ends or `signal` is aborted; the caller closes the connection.
   *
   * @param greeting what the client has sent already.
   * @throws {ProtocolError} when the client broke the protocol.
   * @throws {LateError} when it sends or takes nothing for too long.
   */
  async run(signal: AbortSignal, greeting?: Greeting): Promise<void> {
    const frames = this.#feed.frames.subscribe();
    const statuses = this.#feed.status.follow();
    const end = () => {
      frames.return();
      statuses.return();
      this.#window.end();
    };
    signal.addEventListener("abort", end);
    const reading = this.#read(greeting);
    const timer = setInterval(() => this.#repeatStatus(), STATUS_MS);
    const sending = Promise.all([this.#sendFrames(frames), this.#sendStatus(statuses)]);
    // Once the connection has ended, sending fails, which is no news.
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
      const pieces = frame.seal(LENGTH_PREFIX);
      this.#window.sent(frame.bytes.length, frames.skipped);
      // If this fails, the kernel may still read the frame: then only the collector frees it.
      await this.#outbox.send(pieces);
      frame.release();
    }
  }

  async #sendStatus(statuses: AsyncIterable<CameraStatus>): Promise<void> {
    for await (const status of statuses) await this.#send({ type: "camera", ...status });
  }

  /** Repeats the status of a camera that is not live, unless the client is still busy. */
  #repeatStatus(): void {
    const status = this.#feed.status.latest;
    if (!status || status.state === "live" || this.#outbox.busy) return;
    this.#send({ type: "camera", ...status }).catch(() => {});
  }

  /** Sends a control message, if the client speaks. */
  async #send(message: ServerMessage): Promise<void> {
    if (this.#speaks) await this.#outbox.send([encodeControl(message)]);
  }

  /** Reads until the client sends no more; true if it is gone then, false if it only listens. */
  async #read(greeting?: Greeting): Promise<boolean> {
    if (greeting) await this.#greet(greeting.hello, greeting.proof);
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
    if (payload.length === 0) {
      if (this.#window.acknowledged()) return;
      throw new ProtocolError("it acknowledged more frames than it got");
    }
    if (message) this.#answer(message.sent);
  }

  /**
   * Answers a `ping` without waiting for the answer to be written: the acknowledgements behind it
   * must not look late. An answer that waits for its turn becomes the answer to the newest question.
   */
  #answer(sent: number): void {
    // A client that keeps asking and then stops is gone.
    if (++this.#pings === REGULAR_PINGS) this.#incoming.silenceMs = SILENCE_MS;
    const isWaiting = this.#asked !== undefined;
    this.#asked = sent;
    if (isWaiting) return;
    this.#outbox.send(() => {
      const pong = encodeControl({ type: "pong", sent: this.#asked!, now: this.#feed.now() });
      this.#asked = undefined;
      return pong;
    }).catch(() => {});
  }

  async #greet({ version, acknowledges }: Hello, proof?: string): Promise<void> {
    this.#speaks = true;
    this.#incoming.limit = clientLimit;
    if (acknowledges) this.#window.expectAcknowledgements();
    if (version !== PROTOCOL_VERSION) {
      throw new ProtocolError(
        `this server speaks version ${PROTOCOL_VERSION} of the protocol, not ${version}`,
      );
    }
    const { info, status } = this.#feed;
    await this.#send({
      type: "welcome",
      version: PROTOCOL_VERSION,
      server: SERVER,
      ...proof !== undefined && { proof },
      ...info && { camera: info },
    });
    if (status.latest) await this.#send({ type: "camera", ...status.latest });
  }
}
