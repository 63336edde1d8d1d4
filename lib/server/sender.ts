/** One client of the server: it gets the camera that it asks for, and sends acknowledgements. */

import type { Cameras } from "../flow/cameras.ts";
import type { Feed } from "../flow/feed.ts";
import { FlightWindow } from "../flow/flight_window.ts";
import { Mailbox } from "../flow/mailbox.ts";
import type { Outbox } from "../flow/outbox.ts";
import { now } from "../time/clock.js";
import { decodeControl, encodeControl } from "../wire/codec.ts";
import { clientLimit } from "../wire/limits.ts";
import {
  ClientMessage,
  type Hello,
  type ListedCamera,
  PROTOCOL_VERSION,
  REGULAR_PINGS,
  type ServerMessage,
  SILENCE_MS,
  SPEAK_MS,
} from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import { Adjustments } from "./adjustments.ts";
import { Delivery, type Recipient } from "./delivery.ts";
import { type Greeting, HandshakeError } from "./handshake.ts";
import type { Incoming } from "./incoming.ts";
import { listed } from "./listed.ts";

/** How often the status of a camera that is not live is repeated, in milliseconds. */
export const STATUS_MS = 1000;
/** What the server calls itself in `welcome`. */
const SERVER = "socketcam";

/** A sender's permissions and events. */
export interface SenderOptions {
  /** Whether the client may change its camera. */
  readonly mayControl: boolean;
  /** Called with the camera that the client gets; undefined while there is none. */
  readonly onChoice: (camera: string | undefined) => void;
}

/** Serves one client until it leaves, breaks the protocol, or the frames end. */
export class Sender {
  readonly #incoming: Incoming;
  readonly #cameras: Cameras;
  readonly #to: Recipient;
  readonly #adjustments: Adjustments;
  readonly #onChoice: (camera: string | undefined) => void;
  /** The client's delivery; the newest wins if it chooses again. */
  readonly #deliveries = new Mailbox<Delivery>();
  #delivery: Delivery | undefined;
  /** What it asked for: a camera's name, or none for the first. Undefined until known. */
  #choice: { readonly camera?: string; readonly watch: boolean } | undefined;
  /** The names that it got. */
  #told = "";
  #pings = 0;
  /** The question for the next `pong`. */
  #asked: number | undefined;

  constructor(
    outbox: Outbox,
    incoming: Incoming,
    cameras: Cameras,
    { mayControl, onChoice }: SenderOptions,
  ) {
    this.#adjustments = new Adjustments(mayControl);
    this.#incoming = incoming;
    this.#onChoice = onChoice;
    this.#cameras = cameras;
    this.#to = { outbox, window: new FlightWindow(), speaks: false, mayControl, skipped: 0 };
  }

  /**
   * Runs until the connection ends or `signal` is aborted; the caller closes the connection.
   *
   * @param greeting what the client has sent already.
   * @throws {ProtocolError} when the client broke the protocol.
   * @throws {HandshakeError} when there is no such camera, or it is gone.
   * @throws {LateError} when it sends or reads nothing for too long.
   */
  async run(signal: AbortSignal, greeting?: Greeting): Promise<void> {
    using changes = this.#cameras.follow();
    const end = () => {
      changes.return();
      this.#deliveries.return();
      this.#delivery?.end();
      this.#to.window.end();
    };
    signal.addEventListener("abort", end);
    const reading = this.#read(greeting);
    const speakTimer = setTimeout(() => this.#choice || this.#choose({ watch: true }), SPEAK_MS);
    const timer = setInterval(() => this.#delivery?.repeatStatus(), STATUS_MS);
    const sending = Promise.race([this.#deliver(), this.#follow(changes)]);
    // Once the connection has ended, sending fails, which needs no report.
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

  /** Delivers the camera that the client chose last. */
  async #deliver(): Promise<void> {
    for await (const delivery of this.#deliveries) {
      await delivery.run();
      // The client chose no other camera, so the frames have ended.
      if (delivery === this.#delivery) return;
    }
  }

  /** Follows the cameras, until the client's own is gone. @throws {HandshakeError} if it named it. */
  async #follow(changes: AsyncIterable<ReadonlyMap<string, Feed>>): Promise<void> {
    for await (const cameras of changes) {
      if (this.#choice && !this.#delivery) this.#choose(this.#choice);
      const feed = this.#delivery?.feed;
      const isThere = !feed || [...cameras.values()].includes(feed);
      const name = this.#choice?.camera;
      // A client that did not name its camera, or whose camera was replaced, connects again.
      if (!isThere && (name === undefined || cameras.has(name))) return;
      if (!isThere) throw noSuchCamera(name!, cameras);
      const list = listed(cameras);
      if (!this.#to.speaks || namesOf(list) === this.#told) continue;
      this.#told = namesOf(list);
      await this.#send({ type: "cameras", cameras: list });
    }
  }

  /** Starts to deliver a camera. @throws {HandshakeError} when there is no such camera. */
  #choose(choice: { readonly camera?: string; readonly watch: boolean }): void {
    this.#prepare(choice);
    if (this.#delivery) this.#deliveries.put(this.#delivery);
  }

  #prepare(choice: { readonly camera?: string; readonly watch: boolean }): void {
    const cameras = this.#cameras.latest ?? new Map<string, Feed>();
    const { camera = cameras.keys().next().value, watch } = choice;
    const feed = cameras.get(camera!);
    if (choice.camera !== undefined && !feed) throw noSuchCamera(choice.camera, cameras);
    this.#choice = choice;
    this.#onChoice(camera);
    this.#delivery?.end();
    this.#delivery = feed && new Delivery(feed, this.#to);
    this.#delivery?.watch(watch);
  }

  /** Sends a control message, if the client speaks. */
  async #send(message: ServerMessage): Promise<void> {
    if (this.#to.speaks) await this.#to.outbox.send([encodeControl(message)]);
  }

  /** Reads until the client sends no more; returns true if it is gone, false if it only listens. */
  async #read(greeting?: Greeting): Promise<boolean> {
    if (greeting) await this.#greet(greeting.hello, greeting.proof);
    while (true) {
      const payload = await this.#incoming.next();
      if (!payload) return this.#to.speaks;
      await this.#receive(payload);
    }
  }

  async #receive(payload: Uint8Array): Promise<void> {
    const message = payload.length > 0 ? decodeControl(payload, ClientMessage) : undefined;
    if (message?.type === "hello") return await this.#greet(message);
    if (!this.#to.speaks) throw new ProtocolError("hello comes first");
    if (payload.length === 0) {
      if (this.#to.window.acknowledged()) return;
      throw new ProtocolError("it acknowledged more frames than it got");
    }
    if (message?.type === "watch") this.#watch(message.on);
    // Messages behind it must not wait for the camera.
    else if (message?.type === "set") this.#set(message).catch(() => {});
    else if (message) this.#answer(message.sent);
  }

  /**
   * Answers a `ping` without waiting until the answer is written, so that the acknowledgements
   * behind it do not look late. An answer that waits for its turn answers the newest question.
   */
  #answer(sent: number): void {
    // A client that sent pings and stops is gone.
    if (++this.#pings === REGULAR_PINGS) this.#incoming.silenceMs = SILENCE_MS;
    const isWaiting = this.#asked !== undefined;
    this.#asked = sent;
    if (isWaiting) return;
    this.#to.outbox.send(() => {
      const time = this.#delivery?.feed.now() ?? now();
      const pong = encodeControl({ type: "pong", sent: this.#asked!, now: time });
      this.#asked = undefined;
      return pong;
    }).catch(() => {});
  }

  async #set(message: Extract<ClientMessage, { type: "set" }>): Promise<void> {
    await this.#send(await this.#adjustments.answer(message, this.#delivery?.feed));
  }

  #watch(on: boolean): void {
    this.#choice = { ...this.#choice, watch: on };
    this.#delivery?.watch(on);
  }

  async #greet(
    { version, acknowledges, camera, watch = true }: Hello,
    proof?: string,
  ): Promise<void> {
    this.#to.speaks = true;
    this.#incoming.limit = clientLimit;
    if (acknowledges) this.#to.window.expectAcknowledgements();
    if (version !== PROTOCOL_VERSION) {
      throw new ProtocolError(
        `this server speaks version ${PROTOCOL_VERSION} of the protocol, not ${version}`,
      );
    }
    this.#prepare({ ...camera !== undefined && { camera }, watch });
    const info = this.#delivery?.feed.info;
    const cameras = listed(this.#cameras.latest ?? new Map());
    this.#told = namesOf(cameras);
    const answered = this.#send({
      type: "welcome",
      version: PROTOCOL_VERSION,
      server: SERVER,
      ...proof !== undefined && { proof },
      ...info && { camera: info },
      cameras,
    });
    // The camera's messages come after the answer.
    if (this.#delivery) this.#deliveries.put(this.#delivery);
    await answered;
  }
}

function noSuchCamera(name: string, cameras: ReadonlyMap<string, Feed>): HandshakeError {
  const list = listed(cameras);
  const names = list.map(({ id }) => id).join(", ") || "none yet";
  const message = `there is no camera "${name}"; there ${list.length > 1 ? "are" : "is"} ${names}`;
  return new HandshakeError("camera", message, list);
}

function namesOf(cameras: readonly ListedCamera[]): string {
  return cameras.map(({ id }) => id).join("\n");
}
