/**
 * Where the pictures come from: a WebSocket, on which each is acknowledged when it is done with, so
 * that a page which falls behind gets fewer and fresh ones. Where none can be had (a proxy may not
 * pass it on, a browser may not send its password), it says so, and the stream has to do.
 *
 * @module
 */

/** The first and the longest wait before another try, in milliseconds. */
const RETRY_MS = { min: 250, max: 2000 };
/** How many tries may fail in a row while all else is answered, before the stream has to do. */
const TRIES = 3;
/** How long pictures may stay away while they should come, in milliseconds. */
const SILENCE_MS = 4000;

export class Feed {
  #onPicture;
  #onFallback;
  #socket;
  #timer;
  #wait = RETRY_MS.min;
  #failures = 0;
  #heardAt = 0;

  /**
   * @param {(bytes: Uint8Array) => Promise<void>} onPicture settles when it is done with
   * @param {() => void} onFallback there is no WebSocket to be had
   */
  constructor(onPicture, onFallback) {
    this.#onPicture = onPicture;
    this.#onFallback = onFallback;
  }

  /** Whether it is asked for. */
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

  /** Whether all else is answered, and whether pictures should come. */
  check({ isAnswered, isLive }) {
    if (!isAnswered) this.#failures = 0;
    if (!this.isOpen) return;
    if (this.#failures >= TRIES) {
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
    const url = new URL("ws", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    // One after the other, whatever each takes.
    let work = Promise.resolve();
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      this.#failures = 0;
      this.#wait = RETRY_MS.min;
      work = work.then(async () => {
        if (socket !== this.#socket) return;
        // One that cannot be shown is done with as well.
        await this.#onPicture(new Uint8Array(data)).catch(() => {});
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
