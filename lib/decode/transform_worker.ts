/** The worker that runs the user's module on decoded frames. */

import type { Image } from "imagescript";
import { Frame, type FrameMeta } from "../frame/frame.ts";
import { FrameMemory, free } from "../frame/frame_memory.ts";
import { JpegError } from "../frame/jpeg.ts";
import { answerQuestions } from "./answer_questions.ts";
import { blame } from "./blame.ts";
import { Codec, type Pixels } from "./codec.ts";
import { encodeFrame, imageOf } from "./image.ts";
import { type Thumbnail, thumbnailOfFull } from "./thumbnail.ts";
import type { Transform } from "./transform.ts";

/** A frame, and the module that transforms it. */
export interface TransformQuestion extends FrameMeta {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: string;
}

/** What the frame shows, in common to both outcomes. */
interface Seen {
  /** Of the frame that goes on, in pixels. */
  readonly size: readonly [width: number, height: number];
  /** Of the frame as it came. */
  readonly thumbnail: Thumbnail;
  readonly ms: number;
}

/** The transformed frame, why the transform failed, or why the frame does not decode. */
export type TransformResult =
  | Seen & { readonly bytes: Uint8Array<ArrayBuffer> }
  | Seen & { readonly problem: string }
  | { readonly refused: string };

const codec = await Codec.load();
let transform: Promise<Transform> | undefined;
/** What failed after the module had returned; the next answer reports it. */
let stray: { error: unknown } | undefined;

for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    stray = { error: event instanceof ErrorEvent ? event.error : Reflect.get(event, "reason") };
  });
}

answerQuestions<TransformQuestion, TransformResult>(async ({ bytes, module, ...meta }) => {
  const startedAt = performance.now();
  let pixels: Pixels;
  try {
    pixels = codec.decode(bytes, "full");
  } catch (error) {
    if (error instanceof JpegError) return { refused: error.message };
    throw error;
  }
  const thumbnail = thumbnailOfFull(pixels);
  const { width, height } = pixels;
  try {
    transform ??= load(module);
    const decoded = imageOf(pixels);
    free(pixels.buffer);
    const frame = new Frame(FrameMemory.adopt(bytes), meta);
    const image = await apply(await transform, decoded, frame);
    const transformed = encodeFrame(image, meta).bytes;
    const ms = performance.now() - startedAt;
    return { size: [image.width, image.height], thumbnail, ms, bytes: transformed };
  } catch (error) {
    const ms = performance.now() - startedAt;
    return { size: [width, height], thumbnail, ms, problem: blame(module, error) };
  }
});

async function load(module: string): Promise<Transform> {
  const { default: transform } = await import(module);
  if (typeof transform === "function") return transform;
  throw new TypeError("its default export is not a function");
}

async function apply(transform: Transform, image: Image, frame: Frame): Promise<Image> {
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

/** Whether it is an image, perhaps of another copy of imagescript. */
function isImage(value: unknown): value is Image {
  return typeof value === "object" && value !== null && "bitmap" in value &&
    value.bitmap instanceof Uint8ClampedArray && "encodeJPEG" in value;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? `a ${value.constructor?.name}` : `a ${typeof value}`;
}
