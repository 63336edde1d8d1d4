import { delay } from "@std/async/delay";
import { concat } from "@std/bytes/concat";
import { HttpLogin } from "../access/http_login.ts";
import { MAX_FRAME_BYTES } from "../frame/frame.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";
import { jpegSize } from "../frame/jpeg.ts";
import { type HttpAnswer, httpGet } from "./http_get.ts";
import type { JpegStreamReader } from "./jpeg_stream_reader.ts";

/** How many blank bytes may come first. */
const MAX_BLANK_BYTES = 4096;

/** Windows-1252: one character a byte; the bytes of a JPEG's start keep their numbers. */
const decoder = new TextDecoder("latin1");

/** JPEGs at a URL. */
export interface JpegUrl {
  /** The form of the stream, in words. */
  readonly words: string;
  /** Yields them as they come, and never returns. @throws {Error} when they end. */
  read(reader: JpegStreamReader): AsyncGenerator<FrameMemory, void>;
}

/**
 * Opens a URL of JPEGs: a stream in any form, or a single JPEG, which is fetched again and again.
 * The type and the first bytes of the answer tell which. The connection is kept, because some
 * cameras serve only one viewer.
 *
 * @param fps how often a single JPEG is fetched in a second, at most.
 * @returns undefined, and closes the connection, if the URL gives something else.
 * @throws {Error} when there is no answer, or a refusal.
 */
export async function openJpegUrl(
  url: URL,
  fps: number,
  signal: AbortSignal,
): Promise<JpegUrl | undefined> {
  const login = new HttpLogin(url);
  const get = () => httpGet(url, login, signal);
  const answer = await get();
  const start = isJpegType(answer) ? new Uint8Array(0) : await firstBytes(answer);
  if (!isJpegType(answer) && !startsLikeJpegs(start)) {
    answer[Symbol.dispose]();
    assertFound(answer);
    if (start.length === 0) throw new Error("it sent nothing");
    return undefined;
  }
  return {
    words: isMultipart(answer) ? "mjpeg" : "JPEG by JPEG",
    read: (reader) => readAll(answer, start, reader, { get, fps, signal }),
  };
}

interface Again {
  get(): Promise<HttpAnswer>;
  readonly fps: number;
  readonly signal: AbortSignal;
}

async function* readAll(
  first: HttpAnswer,
  start: Uint8Array,
  reader: JpegStreamReader,
  { get, fps, signal }: Again,
): AsyncGenerator<FrameMemory, void> {
  let answer = first;
  let dueAt = performance.now();
  let count = 0;
  let pixels = 0;
  yield* take(reader.push(start));
  while (true) {
    using _ = answer;
    for await (const piece of answer.body) yield* take(reader.push(piece));
    const last = reader.end();
    if (last && count === 0) yield* take([last]);
    else last?.release();
    if (count !== 1) {
      assertFound(answer);
      throw new Error(count === 0 ? "it sent no JPEG" : "it ended the stream");
    }
    count = 0;
    dueAt = Math.max(performance.now(), dueAt + 1000 / fps);
    await delay(dueAt - performance.now(), { signal });
    answer = await get();
  }

  function* take(memories: Iterable<FrameMemory>) {
    for (const memory of memories) {
      // A file may have smaller versions behind its picture.
      const isBehind = count > 0 && !isMultipart(answer);
      if (isBehind && (isFile(answer) || pixelsOf(memory) < pixels)) memory.release();
      else {
        if (count++ === 0) pixels = pixelsOf(memory);
        yield memory;
      }
    }
  }
}

/** How many pixels a JPEG has; NaN if its header is odd. */
function pixelsOf({ bytes }: FrameMemory): number {
  try {
    const { width, height } = jpegSize(bytes);
    return width * height;
  } catch {
    return NaN;
  }
}

function assertFound({ status }: HttpAnswer): void {
  if (status === 401) throw new Error("it answers 401: the user name or the password is wrong");
  if (status >= 400) throw new Error(`it answers ${status}`);
}

function isMultipart({ headers }: HttpAnswer): boolean {
  return /^multipart\//i.test(headers.get("content-type") ?? "");
}

/** Whether the answer has a length that a single file may have; a stream may have any. */
function isFile({ headers }: HttpAnswer): boolean {
  const length = Number(headers.get("content-length") ?? NaN);
  return length > 0 && length <= MAX_FRAME_BYTES;
}

function isJpegType(answer: HttpAnswer): boolean {
  const isJpeg = /^image\/p?jpe?g/i.test(answer.headers.get("content-type") ?? "");
  return isMultipart(answer) || isJpeg;
}

/** The first bytes of the body that are not all blank; a copy, because pieces do not last. */
async function firstBytes({ body }: HttpAnswer): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  while (decoder.decode(bytes).trimStart().length < 3 && bytes.length < MAX_BLANK_BYTES) {
    const { value, done } = await body.next();
    if (done) break;
    bytes = concat([bytes, value]);
  }
  return bytes;
}

/** Whether these are the first bytes of a JPEG or of a part, or contain a part with a JPEG. */
function startsLikeJpegs(bytes: Uint8Array): boolean {
  const text = decoder.decode(bytes);
  return /^\s*(?:\xff\xd8\xff|--\S)/.test(text) ||
    /^content-type:[ \t]*image\/p?jpe?g/im.test(text);
}
