/** The worker that runs the user's module on decoded frames. */

import { setImmediate } from "node:timers";
import type { Image } from "imagescript";
import { Frame, type FrameMeta } from "../frame/frame.ts";
import { FrameMemory, free } from "../frame/frame_memory.ts";
import { answerQuestions, type ByteMessage } from "./answer_questions.ts";
import { blame } from "./blame.ts";
import type { Outcome } from "./decoder.ts";
import { encodeFrame, imageOf } from "./image.ts";
import { InterruptError, interruptible } from "./interrupt.ts";
import { thumbnailOfFull } from "./thumbnail.ts";
import { TolerantCodec, uprightSize } from "./tolerant_codec.ts";

/**
 * Your code on every frame. It changes the image in place, or returns another one of any size. Several
 * run at the same time, each in a worker of its own. Do not call `encodeJPEG` or `encodeWEBP`: when
 * a worker ends while imagescript encodes, the whole process crashes.
 *
 * To draw text, give `Image.renderText` the bytes of a TrueType or OpenType font: one of the system
 * (`fc-list` lists them on Linux), one from npm (as `examples/transforms/caption.ts` does), or a file
 * beside your module (`new URL("font.ttf", import.meta.url)`). Drawing a line takes some 4 ms, so
 * keep text that does not change.
 *
 * @example
 * ```ts
 * import { Image } from "imagescript";
 * import type { Transform } from "socketcam";
 *
 * const FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
 * let text: Image | undefined;
 *
 * export default (async (image) => {
 *   text ??= await Image.renderText(await Deno.readFile(FONT), 32, "Front door", 0xffffffff);
 *   image.composite(text, 16, 16);
 * }) satisfies Transform;
 * ```
 */
export type Transform = (image: Image, frame: Frame) => Image | void | Promise<Image | void>;

/**
 * A frame, the module that transforms it, and how long it may take, in milliseconds. Without bytes,
 * the question is only whether the module can be loaded.
 */
export interface TransformQuestion extends FrameMeta, ByteMessage {
  readonly module: string;
  readonly limitMs: number;
}

/** The outcome, with the new frame, unless the transform failed and the old one is complete. */
export interface TransformResult extends Outcome, Partial<ByteMessage> {
  /** Whether it was stopped because it took too long. */
  readonly isLate?: boolean;
  /** Whether it keeps too much memory, which only the end of the worker frees. */
  readonly isFull?: boolean;
}

/** The most memory for images and buffers in a worker, in MB, which V8 does not limit. */
const BUFFERS_MB = 1024;

const codec = await TolerantCodec.load();
/** The transforms by module: a module with another query has variables of its own. */
const transforms = new Map<string, Promise<Transform>>();
/** A failure after the module had returned; the next answer reports it. */
let stray: { error: unknown } | undefined;

for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    stray = { error: event instanceof ErrorEvent ? event.error : Reflect.get(event, "reason") };
  });
}

answerQuestions<TransformQuestion, TransformResult>(async ({ bytes, module, limitMs, ...meta }) => {
  if (bytes.length === 0) {
    return await load(module).then(() => ({}), (error) => ({ problem: blame(module, error) }));
  }
  const startedAt = performance.now();
  const pixels = await codec.decode(bytes, "full", meta);
  const thumbnail = thumbnailOfFull(pixels);
  const { isDamaged, completed } = pixels;
  try {
    const transform = load(module);
    const decoded = imageOf(pixels);
    free(pixels.buffer);
    const frame = new Frame(FrameMemory.adopt(bytes), meta);
    const image = await apply(await transform, decoded, frame, limitMs);
    if (isFull()) throw new Error(`it keeps over ${BUFFERS_MB} MB of images and buffers`);
    const transformed = encodeFrame(image, meta).bytes;
    const ms = performance.now() - startedAt;
    return { size: [image.width, image.height], thumbnail, ms, isDamaged, bytes: transformed };
  } catch (error) {
    const ms = performance.now() - startedAt;
    const isLate = error instanceof InterruptError;
    const problem = blame(module, error);
    const size = uprightSize(pixels);
    const outcome = { size, thumbnail, ms, isDamaged, isLate, isFull: isFull(), problem };
    return completed ? { ...outcome, bytes: completed } : outcome;
  }
});

function isFull(): boolean {
  return Deno.memoryUsage().external > BUFFERS_MB * 2 ** 20;
}

function load(module: string): Promise<Transform> {
  let transform = transforms.get(module);
  if (!transform) transforms.set(module, transform = read(module));
  return transform;
}

async function read(module: string): Promise<Transform> {
  const { default: transform } = await import(module);
  if (typeof transform === "function") return transform;
  throw new TypeError("its default export is not a function");
}

async function apply(
  transform: Transform,
  image: Image,
  frame: Frame,
  limitMs: number,
): Promise<Image> {
  const result: unknown = await inTurnOfItsOwn(() =>
    interruptible(() => transform(image, frame), limitMs)
  );
  if (stray) {
    const { error } = stray;
    stray = undefined;
    throw error;
  }
  if (result === undefined) return image;
  if (isImage(result)) return result;
  throw new TypeError(`it returned ${describe(result)}, not an Image or nothing`);
}

/**
 * Runs `job` outside of any other job, as {@linkcode interruptible} needs for a job that awaits.
 */
function inTurnOfItsOwn<T>(job: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(job());
      } catch (error) {
        reject(error);
      }
    });
  });
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
