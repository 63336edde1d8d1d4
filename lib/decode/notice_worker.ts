import { createRequire } from "node:module";
import { Image, TextLayout } from "imagescript";
// Deno installs only what is imported, and a font cannot be imported.
import "@expo-google-fonts/didact-gothic/package.json" with { type: "json" };
import type { FrameMeta } from "../frame/frame.ts";
import { free } from "../frame/frame_memory.ts";
import { JpegError, jpegSize } from "../frame/jpeg.ts";
import { answerQuestions, type ByteMessage } from "./answer_questions.ts";
import { encodeFrame, imageOf } from "./image.ts";
import { TolerantCodec } from "./tolerant_codec.ts";

/** What to draw, and the JPEG to draw it on, with its number and time. */
export interface NoticeQuestion extends FrameMeta {
  readonly words: string;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

const FONT = "@expo-google-fonts/didact-gothic/400Regular/DidactGothic_400Regular.ttf";
/** The size of a notice without a frame, in pixels. */
const WIDTH = 1280;
const HEIGHT = 720;
const GROUND = 0x14171cff;
const TEXT = 0xf2f4f7ff;
const SOFT_TEXT = 0xc3c9d1ff;
/** The most pixels of a notice: each takes 7 bytes of memory, and the words may change often. */
const MAX_GROUND_PIXELS = 16_000_000;
/** The brightness of the grey picture, of 1. */
const DIMMED = 0.4;
/** The height of the letters, as a share of the picture's shorter side. */
const TEXT_HEIGHT = 1 / 16;
/** The margin on either side of the text, as a share of the picture's width. */
const MARGIN = 0.07;
/** The longest text, in characters: a program's error may be longer. */
const MAX_WORDS = 240;

const codec = await TolerantCodec.load();
const font = await Deno.readFile(createRequire(import.meta.url).resolve(FONT));

answerQuestions<NoticeQuestion, ByteMessage>(async ({ words, bytes, ...meta }) => {
  const image = await ground(bytes, meta);
  const { width, height } = image;
  const size = Math.max(12, Math.round(Math.min(width, height) * TEXT_HEIGHT));
  const title = await text(sentence(words), size, TEXT, width);
  const when = bytes ? `Last picture: ${timeOf(meta)}` : "No picture so far";
  const line = await text(when, Math.max(10, Math.round(size * 0.6)), SOFT_TEXT, width);
  const gap = Math.round(size / 2);
  const left = Math.round(width * MARGIN);
  const top = Math.max(0, Math.round((height - title.height - gap - line.height) / 2));
  image.composite(title, left, top);
  image.composite(line, left, top + title.height + gap);
  const notice = encodeFrame(image, meta);
  for (const { bitmap } of [title, line, image]) free(bitmap);
  return { bytes: notice.bytes };
});

/** The JPEG in dark greys, or a dark background without one, or if it is very large. */
async function ground(bytes: Uint8Array<ArrayBuffer> | undefined, meta: FrameMeta): Promise<Image> {
  try {
    if (bytes && pixelsOf(bytes) <= MAX_GROUND_PIXELS) {
      const pixels = await codec.decode(bytes, "full", meta);
      const image = dim(imageOf(pixels));
      free(pixels.buffer);
      return image;
    }
  } catch (error) {
    // A frame that was not checked may not decode.
    if (!(error instanceof JpegError)) throw error;
  }
  return new Image(WIDTH, HEIGHT).fill(GROUND);
}

function pixelsOf(bytes: Uint8Array): number {
  const { width, height } = jpegSize(bytes);
  return width * height;
}

function dim(image: Image): Image {
  const { bitmap } = image;
  for (let at = 0; at < bitmap.length; at += 4) {
    // ITU-R BT.601, as in JPEG.
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

/** The capture time in the local time zone, as in ISO 8601, which the Swedish format follows. */
function timeOf({ capturedAt }: FrameMeta): string {
  const date = new Date(capturedAt);
  return `${date.toLocaleDateString("sv-SE")}, ${date.toLocaleTimeString("sv-SE")}`;
}
