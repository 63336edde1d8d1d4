/**
 * What a camera's programs print: ffmpeg's stream, and the listings of webcams.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as avfoundation from "../../lib/camera/avfoundation.ts";
import { CameraError } from "../../lib/camera/camera_error.ts";
import * as dshow from "../../lib/camera/dshow.ts";
import { chooseMode } from "../../lib/camera/choose_mode.ts";
import { MAX_HEADER_BYTES, MpjpegReader } from "../../lib/camera/mpjpeg_reader.ts";
import * as v4l2 from "../../lib/camera/v4l2.ts";
import type { Mode, Webcam, WebcamDriver } from "../../lib/camera/webcam.ts";
import { MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";
import { DEVICES, MODES } from "../support/listings.ts";
import { inChunks, joined, mutated, mutatedText } from "./mutation.ts";
import { type Property, property, thrown } from "./property.ts";

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const part = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((body) =>
  joined([
    encode(`Content-type: image/jpeg\r\nContent-length: ${body.length}\r\n\r\n`),
    body,
    encode("\r\n--ffmpeg\r\n"),
  ])
);

const stream = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) =>
  joined([encode("--ffmpeg\r\n"), ...parts])
);

interface Read {
  readonly frames: Uint8Array[];
  /** Why it stopped. */
  readonly error?: string;
}

/** Reads a whole stream at once: what the reader must find, however the stream is cut. */
function readNaively(bytes: Uint8Array): Read {
  const frames: Uint8Array[] = [];
  const text = new TextDecoder("latin1").decode(bytes);
  for (let at = 0;;) {
    const end = text.indexOf("\r\n\r\n", at);
    const header = end < 0 ? text.length - at : end + 4 - at;
    if (header > MAX_HEADER_BYTES) {
      return { frames, error: `ffmpeg sent a part header of over ${MAX_HEADER_BYTES} bytes` };
    }
    if (end < 0) return { frames };
    const words = new TextDecoder().decode(bytes.subarray(at, end + 4));
    const digits = /^content-length: *(\d+)\r$/im.exec(words)?.[1];
    const length = Number(digits ?? 0);
    if (length === 0) return { frames, error: "ffmpeg sent a part without a length" };
    if (length > MAX_FRAME_BYTES) {
      const limit = `at most ${MAX_FRAME_BYTES} are allowed`;
      return { frames, error: `The camera sent a frame of ${length} bytes; ${limit}` };
    }
    at = end + 4 + length;
    if (at > bytes.length) return { frames };
    frames.push(bytes.slice(end + 4, at));
  }
}

function read(chunks: readonly Uint8Array[]): Read {
  const reader = new MpjpegReader();
  const frames: Uint8Array[] = [];
  const error = thrown(() => {
    for (const chunk of chunks) for (const { bytes } of reader.push(chunk)) frames.push(bytes);
  }, CameraError);
  return error ? { frames, error: error.message } : { frames };
}

const isCount = (value: number) => Number.isFinite(value) && value > 0;

/** Checks that the modes can be opened: names are not empty, numbers are positive. */
function assertModes(driver: WebcamDriver, modes: Mode[]): void {
  for (const { format, width, height, rates } of modes) {
    assert(format.length > 0);
    assert([width, height, ...rates].every(isCount), `${width}x${height} at ${rates}`);
    assertEquals(rates, rates.toSorted((a, b) => b - a));
  }
  const choice = chooseMode(modes, { width: 1280, height: 720, fps: 30 });
  assertEquals(choice === undefined, modes.length === 0);
  const args = driver.open({ path: "x", name: "x" }, choice?.mode, choice?.rate ?? 30);
  assert(!args.some((arg) => /NaN|Infinity|undefined/.test(arg)), args.join(" "));
}

function assertWebcams(webcams: Webcam[]): void {
  for (const { path, name } of webcams) assert(path.length > 0 && name.length > 0);
}

const LISTINGS: Record<
  string,
  [(text: string) => Webcam[], (text: string) => Mode[], WebcamDriver]
> = {
  v4l2: [v4l2.parseSources, v4l2.parseV4l2Ctl, v4l2.v4l2],
  "v4l2 without v4l2-ctl": [v4l2.parseSources, v4l2.parseListFormats, v4l2.v4l2],
  avfoundation: [
    avfoundation.parseDevices,
    avfoundation.parseSupportedModes,
    avfoundation.avfoundation,
  ],
  dshow: [dshow.parseDevices, dshow.parseOptions, dshow.dshow],
};

/** The properties. */
export const camera: readonly Property[] = [
  property(
    "MpjpegReader reads as a naive reader does, however the stream is cut",
    inChunks(mutated(stream)),
    (chunks) => assertEquals(read(chunks), readNaively(joined(chunks))),
  ),
  ...Object.entries(LISTINGS).map(([name, [parseDevices, parseModes, driver]]) =>
    property(
      `webcams and modes of ${name} can be opened, whatever is listed`,
      fc.oneof(mutatedText([...DEVICES, ...MODES]), fc.string()),
      (text) => {
        assertWebcams(parseDevices(text));
        assertModes(driver, parseModes(text));
      },
      0.5,
    )
  ),
];
