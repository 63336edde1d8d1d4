import { address } from "./address.js";

/** The first and the longest wait before another attempt, in milliseconds. */
const RETRY_MS = { min: 250, max: 2000 };
/** After how many failed attempts in a row to fall back, if other requests are answered. */
const ATTEMPTS = 3;
/** How long a connection may be silent although the camera is live, in milliseconds. */
const SILENCE_MS = 4000;

/**
 * Frames from a WebSocket. Each is acknowledged once it is drawn, so that a slow page gets fewer but
 * fresh ones. Where WebSockets do not work (some proxies do not pass them on, some browsers send no
 * password with them), the page falls back to the stream.
 */
export class Feed {
  #onFrame;
  #onFallback;
  #socket;
  #timer;
  #wait = RETRY_MS.min;
  #failures = 0;
  #heardAt = 0;

  /**
   * @param {(bytes: Uint8Array) => Promise<void>} onFrame settles once the frame is drawn
   * @param {() => void} onFallback called when WebSockets do not work
   */
  constructor(onFrame, onFallback) {
    this.#onFrame = onFrame;
    this.#onFallback = onFallback;
  }

  /** Whether frames are wanted. */
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

  /** Reconnects or falls back, given whether other requests are answered and frames should come. */
  check({ isAnswered, isLive }) {
    if (!isAnswered) this.#failures = 0;
    if (!this.isOpen) return;
    if (this.#failures >= ATTEMPTS) {
      this.close();
      this.#failures = 0;
      return this.#onFallback();
    }
    const silent = performance.now() - this.#heardAt;
    if (isLive && this.#socket && silent > SILENCE_MS) this.#again();
  }

  #connect() {
    this.#timer = undefined;
    this.#heardAt = performance.now();
    const url = address("ws");
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    // One after the other, however long each takes.
    let work = Promise.resolve();
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      this.#failures = 0;
      this.#wait = RETRY_MS.min;
      work = work.then(async () => {
        if (socket !== this.#socket) return;
        // A frame that cannot be drawn is acknowledged too.
        await this.#onFrame(new Uint8Array(data)).catch(() => {});
        if (socket.readyState === WebSocket.OPEN) socket.send("");
      });
    };
    let opened = false;
    socket.onopen = () => opened = true;
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
    socket.onclose = socket.onmessage = null;
    socket.close();
  }
}
