/**
 * The picture on the page: a canvas that is drawn, or an image that streams.
 *
 * @module
 */

import { capturedAt } from "./exif_time.js";

export class Picture {
  #canvas;
  #image;
  #context;
  #jpeg;

  /** When the picture that is seen was taken, by the camera's clock; undefined when not known. */
  capturedAt;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLImageElement} image
   */
  constructor(canvas, image) {
    this.#canvas = canvas;
    this.#image = image;
    this.#context = canvas.getContext("bitmaprenderer");
  }

  /** Width and height of what is seen, in pixels; undefined when nothing is. */
  get size() {
    const { naturalWidth, naturalHeight, hidden } = this.#image;
    if (!hidden) return naturalWidth > 0 ? [naturalWidth, naturalHeight] : undefined;
    return this.#canvas.hidden ? undefined : [this.#canvas.width, this.#canvas.height];
  }

  /** Draws a picture; settles when that is done. */
  async show(bytes) {
    const jpeg = new Blob([bytes], { type: "image/jpeg" });
    this.#draw(await createImageBitmap(jpeg));
    this.#jpeg = jpeg;
    this.capturedAt = capturedAt(bytes);
  }

  /** Shows the stream, from now on and anew at each call. */
  stream() {
    this.#image.src = new URL(`stream?page=${Date.now()}`, document.baseURI);
    this.#image.hidden = false;
    this.#canvas.hidden = true;
    this.#jpeg = this.capturedAt = undefined;
  }

  /** Keeps of the stream what is seen now. */
  async still() {
    if (this.#image.hidden) return;
    if (this.#image.naturalWidth > 0) this.#draw(await createImageBitmap(this.#image));
    this.#image.hidden = true;
    // Without a source its connection ends.
    this.#image.removeAttribute("src");
  }

  /** What is seen as a JPEG, with the time that it carries; undefined when it came by the stream. */
  get jpeg() {
    return this.#image.hidden ? this.#jpeg : undefined;
  }

  /** What is seen as a PNG. */
  async png() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = this.size;
    const source = this.#image.hidden ? this.#canvas : this.#image;
    canvas.getContext("2d").drawImage(source, 0, 0);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  #draw(bitmap) {
    if (this.#canvas.width !== bitmap.width) this.#canvas.width = bitmap.width;
    if (this.#canvas.height !== bitmap.height) this.#canvas.height = bitmap.height;
    this.#context.transferFromImageBitmap(bitmap);
    this.#canvas.hidden = false;
  }
}
