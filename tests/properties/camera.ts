/**
 * What a camera's programs print: streams of JPEGs, answers, and the listings of webcams.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fc } from "../support/packages.ts";
import { redact } from "../../lib/access/redact.ts";
import * as avfoundation from "../../lib/camera/avfoundation.ts";
import * as dshow from "../../lib/camera/dshow.ts";
import { chooseMode } from "../../lib/camera/choose_mode.ts";
import { parseHead } from "../../lib/camera/http_head.ts";
import { JpegStreamReader } from "../../lib/camera/jpeg_stream_reader.ts";
import * as v4l2 from "../../lib/camera/v4l2.ts";
import { parseListDevices, parseSources } from "../../lib/camera/v4l2_list.ts";
import type { Mode, Webcam, WebcamDriver } from "../../lib/camera/webcam.ts";
import { DEVICES, MODES } from "../support/listings.ts";
import { inChunks, joined, mutated, mutatedText } from "./mutation.ts";
import { type Property, property } from "./property.ts";

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes without any `FF`. */
const plain = (maxLength: number) => fc.uint8Array({ maxLength, max: 0xfe });

/** A small JPEG as far as its markers go, perhaps with another one as thumbnail. */
const jpeg = fc.tuple(plain(20), plain(60), fc.boolean()).map(([header, data, hasThumbnail]) => {
  const thumbnail = hasThumbnail ? [0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0xd9] : [];
  const length = header.length + thumbnail.length + 2;
  return joined([
    new Uint8Array([0xff, 0xd8, 0xff, 0xe1, 0, length, ...thumbnail]),
    header,
    new Uint8Array([0xff, 0xda, 0, 2]),
    data,
    new Uint8Array([0xff, 0, 0xff, 0xd3, 0xff, 0xd9]),
  ]);
});

/** A part: with the right length, a wrong one, or none. */
const part = fc.tuple(jpeg, fc.constantFrom("right", "long", "short", "none")).map(
  ([jpeg, kind]) => {
    const length = jpeg.length + (kind === "long" ? 10_000 : kind === "short" ? -5 : 0);
    const header = kind === "none" ? "" : `Content-Length: ${length}\r\n`;
    const bytes = joined([encode(`--b\r\n${header}\r\n`), jpeg, encode("\r\n")]);
    return { jpeg, bytes };
  },
);
/** A JPEG without a part, with other bytes around it; hyphens would be a boundary. */
const noise = plain(9).map((bytes) => bytes.filter((byte) => byte !== 0x2d));
const bare = fc.tuple(jpeg, noise).map(([jpeg, noise]) => ({
  jpeg,
  bytes: joined([noise, jpeg, noise]),
}));

// Not both in one stream: in a part, a smaller JPEG behind the first one is a preview.
const [parts, bares] = [part, bare].map((arbitrary) =>
  fc.array(arbitrary, { minLength: 1, maxLength: 5 })
);
const stream = fc.oneof(parts, bares).map((parts) => joined(parts.map(({ bytes }) => bytes)));

function read(chunks: readonly Uint8Array[]): Uint8Array[] {
  const reader = new JpegStreamReader();
  return chunks.flatMap((chunk) => [...reader.push(chunk)].map(({ bytes }) => bytes));
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
  v4l2: [parseListDevices, v4l2.parseV4l2Ctl, v4l2.v4l2],
  "v4l2 without v4l2-ctl": [parseSources, v4l2.parseListFormats, v4l2.v4l2],
  avfoundation: [
    avfoundation.parseDevices,
    avfoundation.parseSupportedModes,
    avfoundation.avfoundation,
  ],
  dshow: [dshow.parseDevices, dshow.parseOptions, dshow.dshow],
};

const HEADS = [
  "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n",
  "\r\nHTTP 200\nA:b\n c\n\n",
  "ICY 404 x\r\n\r\n",
];

/** The properties. */
export const camera: readonly Property[] = [
  property(
    "JpegStreamReader finds every JPEG, whatever lies between and whatever the headers say",
    fc.oneof(parts, bares),
    (parts) =>
      // A length that is wrong for the first time is noticed where it ends.
      assertEquals(
        read([...parts.map(({ bytes }) => bytes), new Uint8Array(11_000)]),
        parts.map(({ jpeg }) => jpeg),
      ),
  ),
  property(
    "JpegStreamReader finds the same however the stream is cut, and JPEGs only",
    inChunks(mutated(stream)),
    (chunks) => {
      const found = read(chunks);
      assertEquals(found, read([joined(chunks)]));
      assert(found.every(([first, second]) => first === 0xff && second === 0xd8));
    },
  ),
  property(
    "parseHead() takes any bytes, and needs no more of them than it says",
    mutated(fc.constantFrom(...HEADS.map(encode))),
    (bytes) => {
      const parsed = parseHead(bytes);
      if (!parsed) return;
      assert(parsed.end <= bytes.length);
      assertEquals(parseHead(joined([bytes, encode("more")])), parsed);
    },
    0.5,
  ),
  property(
    "redact() shows no password, whatever characters it has, and nothing of an unknown query",
    fc.tuple(fc.stringMatching(/^[!-~]{1,20}$/), fc.constantFrom("rtsp", "http")),
    ([secret, scheme]) => {
      // A marker in the middle, so that no secret is part of the other text by chance.
      const password = `${secret}SECRET${secret}`;
      const shown = [
        redact(`${scheme}://me:${password}@camera/video`),
        redact(`${scheme}://camera/video?pwd=${password.replace(/["'<>]/g, "")}`),
      ];
      assert(shown.every((text) => !text.includes("SECRET")), shown.join("\n"));
    },
    0.5,
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
