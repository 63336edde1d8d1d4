/**
 * The thread that runs the user's module on whole pictures.
 *
 * @module
 */

import type { Image } from "imagescript";
import codecs from "imagescript/codecs";
import { release } from "../flow/release.ts";
import { writeExif } from "../frame/exif.ts";
import type { Frame } from "../frame/frame.ts";
import { JpegError } from "../frame/jpeg.ts";
import { answerQuestions } from "./answer.ts";
import { blame } from "./blame.ts";
import { Codec, type Pixels } from "./codec.ts";
import { imageOf } from "./image.ts";
import { type Thumbnail, thumbnailOfFull } from "./thumbnail.ts";
import type { Transform } from "./transform.ts";

/** The quality that transformed pictures are encoded at, 1 to 100. */
const QUALITY = 80;

/** What the thread is asked: a frame, and the module that transforms it. */
export interface TransformQuestion {
  readonly frame: Frame;
  readonly module: string;
}

/** What the thread answers. */
export type TransformResult =
  | {
    readonly size: readonly [width: number, height: number];
    /** Of the picture as it came. */
    readonly thumbnail: Thumbnail;
    readonly ms: number;
    /** The picture that the transform has made, or why there is none. */
    readonly made: { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly problem: string };
  }
  | { readonly refused: string };

const codec = await Codec.load();
let transform: Promise<Transform> | undefined;
/** What the module has left behind that failed later, for the next answer to tell. */
let stray: { error: unknown } | undefined;

for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    stray = { error: event instanceof ErrorEvent ? event.error : Reflect.get(event, "reason") };
  });
}

answerQuestions<TransformQuestion, TransformResult>(async ({ frame, module }) => {
  const startedAt = performance.now();
  let pixels: Pixels;
  try {
    pixels = codec.decode(frame.bytes, "full");
  } catch (error) {
    if (error instanceof JpegError) return { refused: error.message };
    throw error;
  }
  const thumbnail = thumbnailOfFull(pixels);
  try {
    transform ??= load(module);
    const decoded = imageOf(pixels);
    release(pixels.buffer);
    const image = await apply(await transform, decoded, frame);
    const made = { bytes: writeExif(encode(image), frame) };
    const ms = performance.now() - startedAt;
    return { size: [image.width, image.height], thumbnail, ms, made };
  } catch (error) {
    const made = { problem: blame(module, error) };
    const ms = performance.now() - startedAt;
    return { size: [pixels.width, pixels.height], thumbnail, ms, made };
  }
});

/**
 * `image.encodeJPEG` without its detour over another thread: where that one still works when this
 * one is ended, the whole process crashes.
 */
function encode({ bitmap, width, height }: Image): Uint8Array {
  return codecs.jpeg.encode(bitmap, { width, height, quality: QUALITY });
}

async function load(module: string): Promise<Transform> {
  const { default: transform } = await import(module);
  if (typeof transform === "function") return transform;
  throw new TypeError("its default export is no function");
}

async function apply(
  transform: Transform,
  image: Image,
  frame: Frame,
): Promise<Image> {
  const result: unknown = await transform(image, frame);
  if (stray) {
    const { error } = stray;
    stray = undefined;
    throw error;
  }
  if (result === undefined) return image;
  if (isImage(result)) return result;
  throw new TypeError(`it returned ${describe(result)}, not an Image or nothing`);
}

/** Whether it is an image, also one of another copy of imagescript. */
function isImage(value: unknown): value is Image {
  return typeof value === "object" && value !== null && "bitmap" in value &&
    value.bitmap instanceof Uint8ClampedArray && "encodeJPEG" in value;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? `a ${value.constructor?.name}` : `a ${typeof value}`;
}
