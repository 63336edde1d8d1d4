/** One client of the server: the newest frame out, acknowledgements in. */

import { Demand } from "../flow/demand.ts";
import type { CameraInfo, CameraStatus, Feed } from "../flow/feed.ts";
import { FlightWindow } from "../flow/flight_window.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Outbox } from "../flow/outbox.ts";
import type { Frame } from "../frame/frame.ts";
import { onAbort } from "../time/on_abort.ts";
import { decodeControl, encodeControl, LENGTH_PREFIX } from "../wire/codec.ts";
import { clientLimit } from "../wire/limits.ts";
import {
  ClientMessage,
  type Hello,
  PROTOCOL_VERSION,
  REGULAR_PINGS,
  type ServerMessage,
  SILENCE_MS,
  SPEAK_MS,
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
  /** Whether the client wants frames. */
  readonly #demand = new Demand();
  /** Frames that were skipped before the client last began to watch. */
  #skippedBefore = 0;
  /** What the client knows of the camera. */
  #told: CameraInfo | undefined;
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
    const statuses = this.#feed.status.follow();
    const end = () => {
      this.#demand.close();
      statuses.return();
      this.#window.end();
    };
    signal.addEventListener("abort", end);
    const reading = this.#read(greeting);
    const speakTimer = setTimeout(() => this.#speaks || this.#demand.set(true), SPEAK_MS);
    const timer = setInterval(() => this.#repeatStatus(), STATUS_MS);
    const sending = Promise.all([this.#sendFrames(), this.#sendStatus(statuses)]);
    // Once the connection has ended, sending fails, which is no news.
    sending.catch(() => {});
    reading.catch(() => {});
    try {
      await Promise.race([reading.then((gone) => gone ? undefined : sending), sending]);
    } finally {
      clearTimeout(speakTimer);
      clearInterval(timer);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  /** Sends frames while the client wants them. */
  async #sendFrames(): Promise<void> {
    let wanted: AbortSignal | undefined;
    while ((wanted = await this.#demand.wanted())) {
      using frames = this.#feed.frames.subscribe();
      using _ = onAbort(wanted, () => frames.return());
      await this.#sendAll(frames);
      this.#skippedBefore += frames.skipped;
      if (!wanted.aborted) return;
    }
  }

  async #sendAll(frames: Mailbox<Frame>): Promise<void> {
    while (true) {
      // Room first, then the frame: what is taken now is the newest there is.
      await this.#window.open();
      const { value: frame } = await frames.next();
      if (!frame) return;
      const pieces = frame.seal(LENGTH_PREFIX);
      this.#window.sent(frame.bytes.length, this.#skippedBefore + frames.skipped);
      // If this fails, the kernel may still read the frame: then only the collector frees it.
      await this.#outbox.send(pieces);
      frame.release();
    }
  }

  async #sendStatus(statuses: AsyncIterable<CameraStatus>): Promise<void> {
    for await (const status of statuses) await this.#tell(status);
  }

  /** Repeats the status of a camera that gives no frames, unless the client is still busy. */
  #repeatStatus(): void {
    // A client that does not watch learns from a subscription, too, that the frames have ended.
    if (this.#feed.frames.isEnded) this.#demand.set(true);
    const status = this.#feed.status.latest;
    if (!status || this.#outbox.busy) return;
    if (status.state === "live" || status.state === "idle") return;
    this.#tell(status).catch(() => {});
  }

  /** Sends a status, with the camera's name and mode if the client does not know them. */
  async #tell(status: CameraStatus): Promise<void> {
    if (!this.#speaks) return;
    const { info } = this.#feed;
    const isNew = info?.name !== this.#told?.name || info?.mode !== this.#told?.mode;
    this.#told = info;
    await this.#send({ type: "camera", ...status, ...isNew && info });
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
    if (message?.type === "watch") this.#demand.set(message.on);
    else if (message) this.#answer(message.sent);
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

  async #greet({ version, acknowledges, watch }: Hello, proof?: string): Promise<void> {
    this.#speaks = true;
    this.#incoming.limit = clientLimit;
    if (acknowledges) this.#window.expectAcknowledgements();
    if (version !== PROTOCOL_VERSION) {
      throw new ProtocolError(
        `this server speaks version ${PROTOCOL_VERSION} of the protocol, not ${version}`,
      );
    }
    this.#demand.set(watch ?? true);
    const { info, status } = this.#feed;
    this.#told = info;
    await this.#send({
      type: "welcome",
      version: PROTOCOL_VERSION,
      server: SERVER,
      ...proof !== undefined && { proof },
      ...info && { camera: info },
    });
    if (status.latest) await this.#tell(status.latest);
  }
}
