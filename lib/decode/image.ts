/**
 * Decoded pixels to imagescript's `Image`, and an `Image` to a frame.
 *
 * Importing this loads all of imagescript, with its native addon (`--allow-ffi`), so only workers that
 * need an `Image` do.
 */

import { Image } from "imagescript";
import codecs from "imagescript/codecs";
import fontEngine from "imagescript/font";
import { completeFrame } from "../frame/complete_frame.ts";
import type { Orientation } from "../frame/orientation.ts";
import type { Frame, FrameMeta } from "../frame/frame.ts";
import { FrameMemory, free } from "../frame/frame_memory.ts";
import type { Pixels } from "./codec.ts";

/** The quality that frames are encoded at, 1 to 100. */
const QUALITY = 80;
/** The most pixels on each side of a JPEG. */
export const MAX_SIDE = 65_535;
const OPAQUE = 0xff000000;

// `Image.renderText` needs these of Deno's core, which programs cannot reach since Deno 1.23.
Object.assign(Deno, {
  core: {
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
  },
});

// `Image.renderText` makes a new engine for each text, with megabytes of memory.
const createEngine: () => Promise<unknown> = fontEngine.init.bind(fontEngine);
let engine: Promise<unknown> | undefined;
fontEngine.init = () => engine ??= createEngine();

/**
 * The pixels as an image, as `Image.decode` makes it, but word by word instead of byte by byte;
 * turned upright if they have an orientation.
 */
export function imageOf(
  { width, height, format, buffer, orientation = 1 }: Pixels & { orientation?: Orientation },
): Image {
  const image = new FastImage(width, height);
  const rgba = new Uint32Array(image.bitmap.buffer);
  if (format === 0) fillFromGrey(rgba, buffer);
  else if (format === 1) fillFromRgb(rgba, buffer);
  else if (format === 2) fillFromCmyk(rgba, buffer);
  else image.bitmap.set(buffer);
  return orientation === 1 ? image : upright(image, orientation);
}

/** The image turned as its orientation says; frees the one that is given. */
function upright({ width, height, bitmap }: Image, orientation: Orientation): Image {
  const isOnItsSide = orientation >= 5;
  const image = isOnItsSide ? new FastImage(height, width) : new FastImage(width, height);
  const from = new Uint32Array(bitmap.buffer);
  const to = new Uint32Array(image.bitmap.buffer);
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const column = fromRight ? -1 : 1;
  const row = fromBottom ? -width : width;
  const first = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1) * width : 0);
  const [right, down] = isOnItsSide ? [row, column] : [column, row];
  for (let y = 0, at = 0; y < image.height; y++) {
    for (let x = 0, source = first + y * down; x < image.width; x++, source += right) {
      to[at++] = from[source];
    }
  }
  free(bitmap);
  return image;
}

/**
 * Encodes an image as a frame. `image.encodeJPEG` would pass the work to another thread, and if
 * this worker is ended meanwhile, the whole process crashes.
 */
export function encodeFrame({ bitmap, width, height }: Image, meta: FrameMeta): Frame {
  assertEncodable(bitmap, width, height);
  const jpeg: Uint8Array = codecs.jpeg.encode(bitmap, { width, height, quality: QUALITY });
  const frame = completeFrame(FrameMemory.copyOf(jpeg), meta);
  free(jpeg);
  return frame;
}

/** The encoder is native code, which ends the process if its input is malformed. */
function assertEncodable(bitmap: Uint8ClampedArray, width: number, height: number): void {
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side > 0 && side <= MAX_SIDE) continue;
    throw new TypeError(
      `an image of ${width}x${height} pixels cannot be a JPEG, whose sides have 1 to ${MAX_SIDE}`,
    );
  }
  if (bitmap.length === width * height * 4) return;
  const words = `the bitmap of ${width}x${height} pixels has ${bitmap.length} bytes`;
  throw new TypeError(`${words}, not ${width * height * 4}`);
}

function fillFromGrey(rgba: Uint32Array, grey: Uint8Array): void {
  for (let i = 0; i < rgba.length; i++) rgba[i] = OPAQUE | grey[i] * 0x010101;
}

/** Four pixels at a time: they are three words of RGB. */
function fillFromRgb(rgba: Uint32Array, rgb: Uint8Array<ArrayBuffer>): void {
  const whole = rgba.length & ~3;
  const words = new Uint32Array(rgb.buffer, rgb.byteOffset, whole / 4 * 3);
  for (let to = 0, from = 0; to < whole; to += 4, from += 3) {
    const a = words[from];
    const b = words[from + 1];
    const c = words[from + 2];
    rgba[to] = OPAQUE | a;
    rgba[to + 1] = OPAQUE | a >>> 24 | b << 8;
    rgba[to + 2] = OPAQUE | b >>> 16 | c << 16;
    rgba[to + 3] = OPAQUE | c >>> 8;
  }
  for (let to = whole; to < rgba.length; to++) {
    rgba[to] = OPAQUE | rgb[3 * to + 2] << 16 | rgb[3 * to + 1] << 8 | rgb[3 * to];
  }
}

function fillFromCmyk(rgba: Uint32Array, cmyk: Uint8Array): void {
  for (let to = 0; to < rgba.length; to++) {
    const [c, m, y, k] = cmyk.subarray(4 * to, 4 * to + 4);
    const light = (ink: number) => Math.round((255 - ink) * (255 - k) / 255);
    rgba[to] = OPAQUE | light(y) << 16 | light(m) << 8 | light(c);
  }
}

/**
 * An `Image` whose `saturation` takes 2 ms at 640x480 instead of 77, because most people try it
 * first.
 */
class FastImage extends Image {
  /**
   * Sets or scales the saturation. Apart from rounding, the result is that of `Image`, which converts
   * each pixel to hue, saturation and lightness and back. But hue and lightness stay the same, so
   * only the distance of each colour from the lightness changes.
   */
  override saturation(value: number, absolute: boolean = false): this {
    if (!(value >= 0)) throw new RangeError("Invalid saturation value");
    const { bitmap } = this;
    for (let at = 0; at < bitmap.length; at += 4) {
      const red = bitmap[at];
      const green = bitmap[at + 1];
      const blue = bitmap[at + 2];
      const max = red > green ? (red > blue ? red : blue) : (green > blue ? green : blue);
      const min = red < green ? (red < blue ? red : blue) : (green < blue ? green : blue);
      const lightness = (max + min) / 2;
      // The largest distance between colours at this lightness, and the wanted one.
      const most = 255 - Math.abs(max + min - 255);
      const wanted = absolute ? Math.min(1, value) * most : Math.min(most, value * (max - min));
      if (max === min) {
        // Grey counts as red without saturation.
        bitmap[at] = lightness + wanted / 2;
        bitmap[at + 1] = bitmap[at + 2] = lightness - wanted / 2;
      } else {
        const factor = wanted / (max - min);
        bitmap[at] = lightness + (red - lightness) * factor;
        bitmap[at + 1] = lightness + (green - lightness) * factor;
        bitmap[at + 2] = lightness + (blue - lightness) * factor;
      }
    }
    return this;
  }
}
