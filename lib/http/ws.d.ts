/** The part of ws that is used: ws has no types, and @types/ws brings all of Node's with it. */

import type { Duplex } from "node:stream";

/** One connection. */
export interface WebSocket {
  on(event: "message", listener: (message: Uint8Array) => void): this;
  on(event: "pong", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  once(event: "close", listener: () => void): this;
  /** Sends a binary message; calls `done` when it is written, or with an error. */
  send(message: Uint8Array, done: (error?: Error) => void): void;
  /** Sends a piece of a binary message; `fin` says whether it is the last one. */
  send(piece: Uint8Array, options: { fin: boolean }, done?: (error?: Error) => void): void;
  /** Sends a text message. */
  send(message: string): void;
  ping(): void;
  /** Ends the connection without a closing handshake. */
  terminate(): void;
}

/** Shakes hands. */
export class WebSocketServer {
  constructor(options: {
    readonly noServer: true;
    readonly clientTracking: false;
    readonly perMessageDeflate: false;
    /** The longest message that is accepted, in bytes. */
    readonly maxPayload: number;
  });
  handleUpgrade(
    request: { readonly method: string; readonly headers: Readonly<Record<string, string>> },
    connection: Duplex,
    head: Uint8Array,
    done: (socket: WebSocket) => void,
  ): void;
}
