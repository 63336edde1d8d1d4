/** What a transform is. */

import type { Image } from "imagescript";
import type { Frame } from "../frame/frame.ts";

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
