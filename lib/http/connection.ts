import type { Duplex } from "node:stream";
import { addressKey } from "../access/address_key.ts";
import { headOf, write } from "./exchange.ts";
import { text } from "./reply.ts";
import { HeadError, MAX_HEAD_BYTES, type RequestHead, takeHead } from "./request_head.ts";
import { LastingResponse } from "./viewer.ts";

/** How many bytes of later requests may come before an answer has left. */
export const MAX_AHEAD_BYTES = 2 * MAX_HEAD_BYTES;

/** A plain connection, or the TLS connection on it. */
export type Socket = Duplex & {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
};

/** Answers a request; the signal is aborted when nobody waits for the answer any more. */
export type Respond = (
  head: RequestHead,
  connection: Connection,
  signal: AbortSignal,
) => Promise<Response>;

/** Events for the owner of a connection. */
export interface ConnectionOptions {
  readonly respond: Respond;
  /** Called with the size of an answer that goes to the connection, in bytes. */
  readonly onAnswer: (bytes: number) => void;
  /** Called when an answer has left. */
  readonly onAnswered: () => void;
}

/** One connection: reads requests and answers them, one at a time. */
export class Connection {
  /** The address that it counts for. */
  readonly key: string;
  readonly hostname: string;
  readonly port: number;
  /** Since when it could have sent a request, by `performance.now()`. */
  since = performance.now();
  /** The size of the answer that has not left yet, in bytes. */
  unread = 0;
  /** Whether a request is being answered. */
  isAnswering = false;
  /** Whether it watches, and so has a place among the viewers. */
  isViewer = false;
  readonly #options: ConnectionOptions;
  readonly #closed = new AbortController();
  #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #answers = 0;
  #isLast = false;

  /** Takes a connection over, but does not read it yet. */
  constructor(socket: Socket, options: ConnectionOptions) {
    const { remoteAddress = "", remotePort = 0 } = socket;
    this.hostname = remoteAddress;
    this.port = remotePort;
    this.key = addressKey(remoteAddress);
    this.#options = options;
    this.#socket = socket;
    // Most clients leave by breaking the connection.
    socket.on("error", () => {});
    socket.once("close", () => this.#closed.abort());
  }

  /** Whether no byte of another request has come since the last answer. */
  get isSpare(): boolean {
    return this.#answers > 0 && this.#received.length === 0;
  }

  /** The address that it reached. */
  get socket(): Socket {
    return this.#socket;
  }

  /** Reads requests, from the TLS connection if there is one. */
  read(socket: Socket = this.#socket): void {
    if (socket !== this.#socket) {
      socket.on("error", () => {});
      socket.once("close", () => this.#closed.abort());
      this.#socket = socket;
    }
    socket.on("data", this.#take);
  }

  readonly #take = (bytes: Buffer) => {
    if (this.#isLast) return;
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, bytes]) : bytes;
    if (!this.isAnswering) void this.#answerAll();
    else if (this.#received.length > MAX_AHEAD_BYTES) this.end();
  };

  async #answerAll(): Promise<void> {
    this.isAnswering = true;
    try {
      while (!this.#isLast) {
        const head = this.#next();
        if (!head) break;
        await this.#answer(head);
        this.#answers++;
        this.unread = 0;
        this.since = performance.now();
        this.#options.onAnswered();
      }
    } catch {
      this.end();
    }
    this.isAnswering = false;
  }

  #next(): RequestHead | Response | undefined {
    try {
      const taken = takeHead(this.#received);
      if (!taken) return undefined;
      const [head, rest] = taken;
      // A client that has sent this much does not wait for an answer.
      if (rest.length > MAX_AHEAD_BYTES) return this.end();
      this.#received = rest;
      return head;
    } catch (error) {
      if (!(error instanceof HeadError)) throw error;
      return text(error.status, error.message);
    }
  }

  async #answer(head: RequestHead | Response): Promise<void> {
    const { signal } = this.#closed;
    if (head instanceof Response) return await this.#send(head, false, true);
    // All further bytes, and the end, are for the WebSocket.
    if (head.isUpgrade) this.#socket.pause();
    const response = await this.#options.respond(head, this, signal);
    signal.throwIfAborted();
    if (response instanceof LastingResponse) await this.#show(response, head);
    else await this.#send(response, head.keepsAlive, head.method !== "HEAD");
  }

  async #send(response: Response, keepsAlive: boolean, hasBody: boolean): Promise<void> {
    const { signal } = this.#closed;
    const body = response.body ? await response.bytes() : new Uint8Array();
    const length = hasBody && response.status !== 204 ? body.length : undefined;
    const head = headOf(response, keepsAlive, length);
    this.unread = head.length + body.length;
    this.#options.onAnswer(this.unread);
    await write(this.#socket, Buffer.concat([head, body]), signal);
    if (!keepsAlive) this.#finish();
  }

  /** Shows frames until either side ends it. */
  async #show(
    response: LastingResponse,
    { method, headers, isUpgrade }: RequestHead,
  ): Promise<void> {
    const socket = this.#socket;
    this.isViewer = true;
    response.attach(socket);
    socket.off("data", this.#take);
    const head = this.#received;
    this.#received = Buffer.alloc(0);
    // A stream's viewer can say nothing more; only its leaving counts.
    if (!isUpgrade) socket.resume().write(headOf(response, false));
    await response.writeTo({ socket, method, headers: Object.fromEntries(headers) }, head);
    this.isViewer = false;
    this.#finish();
  }

  /** After the last answer, only waits for the other side to close too. */
  #finish(): void {
    this.#isLast = true;
    this.#received = Buffer.alloc(0);
    this.#socket.resume().end();
  }

  /** Ends a connection without a request in time; tells the client if it had begun one. */
  expire(fault: Response): void {
    if (this.#isLast || this.#received.length === 0) return this.end();
    this.isAnswering = true;
    void this.#send(fault, false, true).catch(() => this.end()).finally(() => {
      this.since = performance.now();
      this.isAnswering = false;
    });
  }

  /** Ends it at once. */
  end(): undefined {
    this.#socket.destroy();
  }
}
