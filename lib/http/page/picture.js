import { readExif } from "../../frame/exif_block.js";
import { address } from "./address.js";

/** The picture on the page: a canvas that shows frames, or an image that shows the stream. */
export class Picture {
  #canvas;
  #image;

  /** The picture as a JPEG with its capture time; undefined if it came from the stream. */
  jpeg;
  /** When the picture was captured, by the camera's clock; undefined while unknown. */
  capturedAt;

  constructor(canvas, image) {
    this.#canvas = canvas;
    this.#image = image;
  }

  /** Width and height in pixels; undefined without a picture. */
  get size() {
    const { naturalWidth, naturalHeight, hidden } = this.#image;
    if (!hidden) return naturalWidth > 0 ? [naturalWidth, naturalHeight] : undefined;
    return this.#canvas.hidden ? undefined : [this.#canvas.width, this.#canvas.height];
  }

  /** Draws a frame; settles once it is drawn. */
  async show(bytes) {
    const jpeg = new Blob([bytes], { type: "image/jpeg" });
    this.#draw(await createImageBitmap(jpeg));
    this.jpeg = jpeg;
    this.capturedAt = readExif(bytes)?.capturedAt;
  }

  /** Shows the stream; each call opens a new one. */
  stream() {
    this.#image.src = address(`stream?page=${Date.now()}`);
    this.#image.hidden = false;
    this.#canvas.hidden = true;
    this.jpeg = this.capturedAt = undefined;
  }

  /** Ends the stream, but keeps its last picture. */
  async still() {
    if (this.#image.hidden) return;
    if (this.#image.naturalWidth > 0) this.#draw(await createImageBitmap(this.#image));
    this.#image.hidden = true;
    // Without a source, its connection ends.
    this.#image.removeAttribute("src");
  }

  /** The picture as a PNG. */
  async png() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = this.size;
    const source = this.#image.hidden ? this.#canvas : this.#image;
    canvas.getContext("2d").drawImage(source, 0, 0);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  #draw(bitmap) {
    paint(this.#canvas, bitmap);
    this.#canvas.hidden = false;
  }
}

/** Shows a bitmap on a canvas, which gets its size. */
export function paint(canvas, bitmap) {
  if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
  if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
}
