import { address } from "./address.js";

/** The first and the longest wait before another attempt, in milliseconds. */
const RETRY_MS = { min: 250, max: 2000 };
/** After how many failed attempts in a row to fall back, if other requests are answered. */
const ATTEMPTS = 3;
/** How long a connection may be silent although a camera is live, in milliseconds. */
const SILENCE_MS = 4000;

/**
 * Messages from a WebSocket, which is opened again whenever it ends. Where WebSockets do not work (some
 * proxies do not pass them on, some browsers send no password with them), the page falls back to
 * something else.
 */
export class Feed {
  #path;
  #on;
  #socket;
  #timer;
  #wait = RETRY_MS.min;
  #failures = 0;
  #heardAt = 0;

  /**
   * @param {string} path where the WebSocket is
   * @param {{ open?: () => void, fallback: () => void,
   *   message: (data: ArrayBuffer | string, isCurrent: () => boolean) => void }} on `open` is called for
   *   each connection, `fallback` when WebSockets do not work; `isCurrent` says whether the connection
   *   that the message came on is still the one that is wanted
   */
  constructor(path, on) {
    this.#path = path;
    this.#on = on;
  }

  /** Whether messages are wanted. */
  get isOpen() {
    return this.#socket !== undefined || this.#timer !== undefined;
  }

  open() {
    if (!this.isOpen) this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drop();
    this.#wait = RETRY_MS.min;
  }

  /** Sends a text, if there is a connection. */
  send(text) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /** Reconnects or falls back, given whether other requests are answered and frames should come. */
  check({ isAnswered, isLive }) {
    if (!isAnswered) this.#failures = 0;
    if (!this.isOpen) return;
    if (this.#failures >= ATTEMPTS) {
      this.close();
      this.#failures = 0;
      return this.#on.fallback();
    }
    const silent = performance.now() - this.#heardAt;
    if (isLive && this.#socket && silent > SILENCE_MS) this.#again();
  }

  #connect() {
    this.#timer = undefined;
    this.#heardAt = performance.now();
    const url = address(this.#path);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    const isCurrent = () => socket === this.#socket;
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      this.#failures = 0;
      this.#wait = RETRY_MS.min;
      this.#on.message(data, isCurrent);
    };
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#on.open?.();
    };
    socket.onclose = () => {
      if (!opened) this.#failures++;
      this.#again();
    };
  }

  #again() {
    this.#drop();
    this.#timer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(RETRY_MS.max, this.#wait * 2);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close();
  }
}

/**
 * Draws frames one after the other, however long each takes, as long as they are wanted. `drawn` is
 * called for each once it is drawn, or cannot be: a slow page gets fewer but fresh ones.
 *
 * @param {(bytes: Uint8Array) => Promise<void>} draw settles once the frame is drawn
 */
export function inTurn(draw) {
  let work = Promise.resolve();
  return (bytes, isCurrent, drawn) => {
    work = work.then(async () => {
      if (!isCurrent()) return;
      await draw(bytes).catch(() => {});
      if (isCurrent()) drawn();
    });
  };
}
