/**
 * The thread that draws a notice.
 *
 * @module
 */

import { createRequire } from "node:module";
import { Image, TextLayout } from "imagescript";
import codecs from "imagescript/codecs";
import fontEngine from "imagescript/font";
// Only what is imported is installed; a font itself cannot be.
import "@expo-google-fonts/didact-gothic/package.json" with { type: "json" };
import { release } from "../flow/release.ts";
import { writeExif } from "../frame/exif.ts";
import type { Frame } from "../frame/frame.ts";
import { JpegError } from "../frame/jpeg.ts";
import { answerQuestions } from "./answer.ts";
import { Codec } from "./codec.ts";
import { imageOf } from "./image.ts";

/** What is said, and what it is drawn on. */
export interface NoticeQuestion {
  readonly words: string;
  readonly last: Frame | undefined;
}

const FONT = "@expo-google-fonts/didact-gothic/400Regular/DidactGothic_400Regular.ttf";
const QUALITY = 80;
/** The size of a notice where there was no picture, in pixels. */
const WIDTH = 1280;
const HEIGHT = 720;
const GROUND = 0x14171cff;
const TEXT = 0xf2f4f7ff;
const SOFT_TEXT = 0xc3c9d1ff;
/** How bright the greyed picture is, of 1. */
const DIMMED = 0.4;
/** How high the letters are, as a part of the picture's shorter side. */
const TEXT_HEIGHT = 1 / 16;
/** How much of the picture's width stays free at either side of the text. */
const MARGIN = 0.07;
/** The longest text that is drawn, in characters: what a program says may be longer. */
const MAX_WORDS = 240;

const codec = await Codec.load();
const font = await Deno.readFile(createRequire(import.meta.url).resolve(FONT));
// `Image.renderText` would make an instance each time, with megabytes of its own.
const engine = await fontEngine.init();
fontEngine.init = () => Promise.resolve(engine);

answerQuestions<NoticeQuestion, Uint8Array<ArrayBuffer>>(async ({ words, last }) => {
  const image = ground(last);
  const { width, height } = image;
  const size = Math.max(12, Math.round(Math.min(width, height) * TEXT_HEIGHT));
  const title = await text(sentence(words), size, TEXT, width);
  const line = await text(when(last), Math.max(10, Math.round(size * 0.6)), SOFT_TEXT, width);
  const gap = Math.round(size / 2);
  const left = Math.round(width * MARGIN);
  const top = Math.max(0, Math.round((height - title.height - gap - line.height) / 2));
  image.composite(title, left, top);
  image.composite(line, left, top + title.height + gap);
  const jpeg = codecs.jpeg.encode(image.bitmap, { width, height, quality: QUALITY });
  for (const { bitmap } of [title, line, image]) release(bitmap);
  return last ? writeExif(jpeg, last) : new Uint8Array(jpeg);
});

/** The last picture in dark greys; a dark ground without one. */
function ground(last: Frame | undefined): Image {
  try {
    if (last) {
      const pixels = codec.decode(last.bytes, "full");
      const image = dim(imageOf(pixels));
      release(pixels.buffer);
      return image;
    }
  } catch (error) {
    // With `--no-decode`, what comes may be no picture at all.
    if (!(error instanceof JpegError)) throw error;
  }
  return new Image(WIDTH, HEIGHT).fill(GROUND);
}

function dim(image: Image): Image {
  const { bitmap } = image;
  for (let at = 0; at < bitmap.length; at += 4) {
    // Rec. 601, as JPEG has it.
    const grey = 0.299 * bitmap[at] + 0.587 * bitmap[at + 1] + 0.114 * bitmap[at + 2];
    bitmap[at] = bitmap[at + 1] = bitmap[at + 2] = grey * DIMMED;
  }
  return image;
}

function text(words: string, size: number, color: number, width: number): Promise<Image> {
  const layout = new TextLayout({ maxWidth: Math.round(width * (1 - 2 * MARGIN)) });
  return Image.renderText(font, size, words, color, layout);
}

function sentence(words: string): string {
  const short = words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words;
  return short.charAt(0).toUpperCase() + short.slice(1);
}

function when(last: Frame | undefined): string {
  if (!last) return "No picture has come so far";
  // As ISO 8601 has it, by the clock on the wall.
  const date = new Date(last.capturedAt);
  const [day, time] = [date.toLocaleDateString("sv-SE"), date.toLocaleTimeString("sv-SE")];
  return `The last picture is of ${day}, ${time}`;
}
