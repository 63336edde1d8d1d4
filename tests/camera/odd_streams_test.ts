import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { constants, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { decompress, UNZIPPED_BYTES } from "../../lib/camera/decompress.ts";
import { MAX_HEAD_BYTES, parseHead } from "../../lib/camera/http_head.ts";
import { openCamera } from "../../lib/camera/open_camera.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { eventually } from "../support/eventually.ts";
import { RawCamera, type RawRequest } from "../support/fake_network_camera.ts";
import { testPictures } from "../support/pictures.ts";

const jpegs = await testPictures(3);
const [preview] = await testPictures(1, "64x48");

type Piece = string | Uint8Array;

/** Bytes; a text gives one for each character. */
function bytes(...pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat(
      pieces.map((piece) => typeof piece === "string" ? Buffer.from(piece, "latin1") : piece),
    ),
  );
}

const ok = (...headers: string[]) => ["HTTP/1.1 200 OK", ...headers, "", ""].join("\r\n");
const multipart = (boundary: string, ...headers: string[]) =>
  ok(`Content-Type: multipart/x-mixed-replace; boundary=${boundary}`, ...headers);
const IMAGE = "Content-Type: image/jpeg\r\n";

/** Cuts bytes into chunks of the transfer encoding. */
function chunked(body: Uint8Array, size: number, write = (n: number) => n.toString(16)): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    pieces.push(`${write(chunk.length)}\r\n`, chunk, "\r\n");
  }
  return pieces;
}

/** A stream whose JPEGs are all written in the same odd way. */
function each(head: Piece, write: (jpeg: Uint8Array) => Piece[]): Piece[] {
  return [head, ...jpegs.flatMap(write)];
}
const CHUNKED = "Transfer-Encoding: chunked";
const plainBody = bytes(...each("", (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, "\r\n"]));
const withThumbnail = (jpeg: Uint8Array) =>
  bytes(
    jpeg.subarray(0, 2),
    "\xff\xe1",
    Uint8Array.of(preview.length + 8 >> 8, preview.length + 8 & 255),
    "Exif\0\0",
    preview,
    jpeg.subarray(2),
  );
const withBoundary = (jpeg: Uint8Array) =>
  bytes(jpeg.subarray(0, 2), "\xff\xfe\0\x0f\r\n--b\r\n\xff\xd8\xff\xd9\r\n", jpeg.subarray(2));

/** What a camera sends before it stays silent: three JPEGs, and nothing else that is one. */
const STREAMS: Record<string, Piece[]> = {
  "a quoted boundary with spaces": each(
    multipart('"my boundary here"'),
    (jpeg) => ["--my boundary here\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "a boundary without the dashes": each(
    multipart("b"),
    (jpeg) => ["b\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "a boundary with doubled dashes": each(
    multipart("--b"),
    (jpeg) => ["----b\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "another boundary than the one announced": each(
    multipart("x"),
    (jpeg) => ["--y\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "no boundary parameter": each(
    ok("Content-Type: multipart/x-mixed-replace"),
    (jpeg) => ["--y\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "the boundary inside the JPEG": each(
    multipart("b"),
    (jpeg) => ["--b\r\n", IMAGE, "\r\n", withBoundary(jpeg), "\r\n"],
  ),
  "the last boundary after each part": each(
    multipart("b"),
    (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, "\r\n--b--\r\n"],
  ),
  "chunks of one byte": [multipart("b", CHUNKED), bytes(...chunked(plainBody, 1))],
  "chunks of 7 bytes, with extensions and zeros in front": [
    multipart("b", CHUNKED),
    bytes(...chunked(plainBody, 7, (n) => `000${n.toString(16).toUpperCase()} ; a="b;c"`)),
  ],
  "one huge chunk that never ends": [multipart("b", CHUNKED), "7fffffff\r\n", plainBody],
  "chunks with LF only": [
    multipart("b", CHUNKED),
    bytes(
      ...chunked(plainBody, 999).map((piece) =>
        typeof piece === "string" ? piece.replace("\r\n", "\n") : piece
      ),
    ),
  ],
  "HTTP/1.0 without a length": each(
    "HTTP/1.0 200 OK\r\nContent-type: multipart/x-mixed-replace;boundary=b\r\n\r\n",
    (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "two different lengths": each(
    multipart("b"),
    (
      jpeg,
    ) => ["--b\r\nContent-Length: 5\r\n", `Content-Length: ${jpeg.length}\r\n\r\n`, jpeg, "\r\n"],
  ),
  "negative lengths": each(
    multipart("b"),
    (jpeg) => ["--b\r\nContent-Length: -1\r\n\r\n", jpeg, "\r\n"],
  ),
  "a length in hexadecimal": each(
    multipart("b"),
    (jpeg) => [`--b\r\nContent-Length: 0x${jpeg.length.toString(16)}\r\n\r\n`, jpeg, "\r\n"],
  ),
  "a part header without a colon": each(
    multipart("b"),
    (jpeg) => ["--b\r\nContent-Type image/jpeg\r\nContent-Length 12\r\n\r\n", jpeg, "\r\n"],
  ),
  "an empty part header": each(multipart("b"), (jpeg) => ["--b\r\n\r\n", jpeg, "\r\n"]),
  "no blank line behind the part header": each(
    multipart("b"),
    (jpeg) => ["--b\r\n", IMAGE, jpeg, "\r\n"],
  ),
  "carriage returns only, in the head as well": each(
    "HTTP/1.1 200 OK\rContent-Type: multipart/x-mixed-replace;boundary=b\r\r",
    (jpeg) => ["--b\r", IMAGE.trim(), "\r\r", jpeg, "\r"],
  ),
  "NUL bytes in the head": each(
    multipart("b", "X: \0\0"),
    (jpeg) => ["--b\0\r\n", IMAGE, "\0\r\n\r\n", jpeg, "\r\n"],
  ),
  "a byte order mark before the head": each(
    bytes("\xef\xbb\xbf", multipart("b")),
    (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, "\r\n"],
  ),
  "part headers of 20 KB": each(
    multipart("b"),
    (jpeg) => ["--b\r\n", IMAGE, `X: ${"y".repeat(20_000)}\r\n\r\n`, jpeg, "\r\n"],
  ),
  "a part of HTML between two JPEGs": each(
    multipart("b"),
    (jpeg) => [
      "--b\r\nContent-Type: text/html\r\n\r\n<p>\xff\xd8\xff</p>\r\n--b\r\n",
      IMAGE,
      "\r\n",
      jpeg,
      "\r\n",
    ],
  ),
  "sounds between JPEGs": each(
    multipart("b"),
    (jpeg) => [
      "--b\r\nContent-Type: audio/basic\r\nContent-Length: 3000\r\n\r\n",
      bytes("\x80".repeat(1000), "\xff\xd8\xff\xe0\0\x10", "\x7f".repeat(1994)),
      "\r\n--b\r\n",
      IMAGE,
      `Content-Length: ${jpeg.length}\r\n\r\n`,
      jpeg,
      "\r\n",
    ],
  ),
  "JPEGs back to back, typed as one": [ok("Content-Type: image/jpeg"), ...jpegs],
  "JPEGs back to back, typed as a video": [ok("Content-Type: video/x-motion-jpeg"), ...jpegs],
  "JPEGs that come byte by byte": [
    multipart("b"),
    ...jpegs.flatMap((jpeg) => [
      "--b\r\n\r\n",
      ...Array.from(jpeg, (byte) => Uint8Array.of(byte)),
      "\r\n",
    ]),
  ],
  "thumbnails in Exif": each(
    multipart("b"),
    (jpeg) => ["--b\r\n\r\n", withThumbnail(jpeg), "\r\n"],
  ),
  "previews behind the pictures": each(
    multipart("b"),
    (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, preview, "\r\n"],
  ),
  "previews behind the pictures, within their lengths": each(
    multipart("b"),
    (
      jpeg,
    ) => [`--b\r\nContent-Length: ${jpeg.length + preview.length}\r\n\r\n`, jpeg, preview, "\r\n"],
  ),
  "no end markers, but boundaries": [
    ...each(multipart("b"), (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg.subarray(0, -2), "\r\n"]),
    "--b\r\n\r\n\xff\xd8",
  ],
  "no HTTP at all": each("", (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, "\r\n"]),
  "no HTTP and no boundaries": each("", (jpeg) => [jpeg]),
  "ICY": each("ICY 200 OK\r\n\r\n", (jpeg) => ["--b\r\n", IMAGE, "\r\n", jpeg, "\r\n"]),
  "a status of 404": each(
    "HTTP/1.1 404 Not Found\r\n\r\n",
    (jpeg) => ["--b\r\n\r\n", jpeg, "\r\n"],
  ),
  "lengths in the head of one part, and then more": each(
    multipart("b", `Content-Length: ${jpegs[0].length}`),
    (jpeg) => ["--b\r\n\r\n", jpeg, "\r\n"],
  ),
  "keep-alive": each(
    multipart("b", "Connection: keep-alive", "Keep-Alive: timeout=5"),
    (jpeg) => ["--b\r\n\r\n", jpeg, "\r\n"],
  ),
  "a second head inside the body": each(
    multipart("b"),
    (jpeg) => [multipart("b"), "--b\r\n\r\n", jpeg, "\r\n"],
  ),
  "gzip": [multipart("b", "Content-Encoding: gzip"), bytes(gzipSync(plainBody))],
  "zlib": [multipart("b", "Content-Encoding: deflate"), bytes(deflateSync(plainBody))],
  "raw deflate in chunks": [
    multipart("b", "Content-Encoding: deflate", CHUNKED),
    ...chunked(bytes(deflateRawSync(plainBody)), 1000),
  ],
  "gzip in name only": [multipart("b", "Content-Encoding: gzip"), plainBody],
  "two carriage returns and a line feed behind each line": each(
    "HTTP/1.1 200 OK\r\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\r\n\r\r\n",
    (jpeg) => [
      "--b\r\r\nContent-Type: audio/x\r\r\n\r\r\n==\xff\xd8\xff\r\r\n",
      "--b\r\r\nContent-Type: image/jpeg\r\r\n\r\r\n",
      jpeg,
      "\r\r\n",
    ],
  ),
  "nested multiparts": each(
    multipart("b"),
    (jpeg) => [
      "--b\r\nContent-Type: multipart/related; boundary=i\r\n\r\n--i\r\nContent-Type: application/json\r\n\r\n{}\r\n--i\r\n",
      IMAGE,
      "\r\n",
      jpeg,
      "\r\n--i--\r\n",
    ],
  ),
};

for (const [quirk, pieces] of Object.entries(STREAMS)) {
  Deno.test(`each picture is shown, and at once, of a camera with ${quirk}`, async () => {
    await using network = new RawCamera(async ({ send, left }: RawRequest) => {
      await send(...pieces);
      await left();
    });
    await using camera = openCamera({ device: network.url, alwaysOn: true });
    const sizes: string[] = [];
    const seen = async () => {
      for await (const frame of camera) {
        const { width, height } = jpegSize(frame.bytes);
        sizes.push(`${width}x${height}`);
      }
    };
    void seen().catch(() => {});
    await eventually(
      () => camera.frames.published >= jpegs.length,
      () =>
        `${camera.frames.published} frames, ${
          JSON.stringify(camera.status.latest)
        } ${camera.error}`,
      30_000,
    );
    const { published } = camera.frames;
    assertEquals({ published, dropped: camera.counts.dropped, sizes: [...new Set(sizes)] }, {
      published: jpegs.length,
      dropped: {},
      sizes: ["320x240"],
    });
    assertEquals(network.requests.length, 1);
  });
}

const jpeg = jpegs[0];
const typed = (...headers: string[]) => ok("Content-Type: image/jpeg", ...headers);

/** What a camera answers to each request. */
const ANSWERS: Record<string, Piece[]> = {
  "no length": [typed(), jpeg],
  "HTTP/1.0 and a line end behind it": ["HTTP/1.0 200 OK\r\n\r\n", jpeg, "\r\n"],
  "a length that is too long": [typed(`Content-Length: ${jpeg.length + 100}`), jpeg],
  "a length that is far too long": [typed("Content-Length: 99999999999"), jpeg],
  "a length of 0": [typed("Content-Length: 0"), jpeg],
  "two lengths": [typed(`Content-Length: ${jpeg.length}`, `Content-Length: ${jpeg.length}`), jpeg],
  "chunks": [typed(CHUNKED), ...chunked(jpeg, 1000), "0\r\n\r\n"],
  "chunks, a length, and no last chunk": [
    typed(CHUNKED, "Content-Length: 7"),
    ...chunked(jpeg, 99),
  ],
  "gzip": [typed("Content-Encoding: gzip"), bytes(gzipSync(jpeg))],
  "gzip that is cut off": [
    typed("Content-Encoding: x-gzip"),
    bytes(gzipSync(jpeg)).subarray(0, -8),
  ],
  "zlib and a length": [
    typed("Content-Encoding: deflate", `Content-Length: ${deflateSync(jpeg).length}`),
    bytes(deflateSync(jpeg)),
  ],
  "a preview behind it, and no length": [typed(), jpeg, preview],
  "a preview behind it, in a part": [multipart("b"), "--b\r\n\r\n", jpeg, preview, "\r\n--b--\r\n"],
  "another type": [ok("Content-Type: application/octet-stream"), jpeg],
  "no head": [jpeg],
  "a status without words": ["HTTP/1.1 200\r\n\r\n", jpeg],
  "a status of 203": ["HTTP/1.1 203 x\r\n\r\n", jpeg],
};

for (const [quirk, pieces] of Object.entries(ANSWERS)) {
  Deno.test(`a single picture is shown again and again, and never lost, with ${quirk}`, async () => {
    await using network = new RawCamera(({ send }) => send(...pieces));
    await using camera = openCamera({ device: network.url, fps: 50 });
    using frames = camera.frames.subscribe();
    for (let i = 0; i < 4; i++) {
      const { bytes } = (await deadline(frames.next(), 30_000)).value!;
      assertEquals(jpegSize(bytes), { width: 320, height: 240 });
    }
    assertEquals([camera.error, camera.counts.dropped], [undefined, {}]);
  });
}

/** Where a camera sends its viewer to, from `/a/b`, and where that is. */
const REDIRECTS: readonly [status: string, location: (port: number) => string, path: string][] = [
  ["301", () => "/video", "/video"],
  ["302", () => "../video", "/video"],
  ["302", () => "/vid\xc3\xa9o?a=b c", "/vid%C3%A9o?a=b%20c"],
  ["303", (port) => `http://127.0.0.1:${port}/video`, "/video"],
  ["307", (port) => `//127.0.0.1:${port}/video`, "/video"],
  ["308", () => "/a/../vid%65o#part", "/vid%65o"],
];

for (const [status, location, target] of REDIRECTS) {
  Deno.test(`a redirect of status ${status} to ${target} is followed`, async () => {
    await using network: RawCamera = new RawCamera(({ send, path }): Promise<unknown> =>
      path === target ? send(typed(), jpeg) : send(
        `HTTP/1.1 ${status} x\r\nLocation: ${location(network.port)}\r\nContent-Length: 9\r\n\r\n`,
      )
    );
    await using camera = openCamera({ device: `${network.url}a/b` });
    using frames = camera.frames.subscribe();
    await deadline(frames.next(), 30_000);
    assertEquals(camera.error, undefined);
  });
}

Deno.test("parseHead() takes odd bytes in front of a head, and no head of over 64 KB", () => {
  const head = bytes("\xef\xbb\xbfHTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n");
  assertEquals(parseHead(head)?.head.headers.get("content-type"), "image/jpeg");
  for (let end = 1; end < head.length; end++) {
    assertEquals(parseHead(head.subarray(0, end)), undefined);
  }
  assertEquals([parseHead(jpeg)?.end, MAX_HEAD_BYTES], [0, 64 * 1024]);
  const long = (length: number) => bytes("HTTP/1.0 200 OK\r\nX: ", "y".repeat(length));
  assertEquals(parseHead(long(MAX_HEAD_BYTES - 30)), undefined);
  assertThrows(() => parseHead(long(MAX_HEAD_BYTES)), Error, "headers of over 65536 bytes");
});

Deno.test("decompress() gives little at once, however small it was compressed", async () => {
  const length = 50_000_000;
  const zipped = gzipSync(new Uint8Array(length));
  assertEquals([UNZIPPED_BYTES, zipped.length < UNZIPPED_BYTES], [64 * 1024, true]);
  const pieces = (async function* () {
    yield bytes(zipped);
  })();
  let sum = 0;
  for await (const piece of decompress(pieces, "gzip")) {
    assert(piece.length <= UNZIPPED_BYTES);
    sum += piece.length;
  }
  assertEquals(sum, length);
});

Deno.test("a camera is lost and says why when its compressed answer is damaged", async () => {
  await using network = new RawCamera(({ send }) =>
    send(typed("Content-Encoding: gzip"), "\x1f\x8b", jpeg)
  );
  await using camera = openCamera({ device: network.url, alwaysOn: true });
  await eventually(() => camera.error !== undefined, () => "it is not lost");
  assertMatch(camera.error!.message, /^Cannot read "http:.*": its compressed answer is damaged/);
});

Deno.test("each picture of a compressed stream is shown before the next one is sent", async () => {
  const shown = jpegs.map(() => Promise.withResolvers<void>());
  await using network = new RawCamera(async ({ send, left }) => {
    await send(multipart("b", "Content-Encoding: gzip"));
    const gzip = createGzip();
    gzip.on("data", (piece: Uint8Array) => void send(piece));
    for (const [i, jpeg] of jpegs.entries()) {
      gzip.write(bytes("--b\r\n\r\n", jpeg, "\r\n"));
      gzip.flush(constants.Z_SYNC_FLUSH);
      await shown[i].promise;
    }
    await left();
    gzip.destroy();
  });
  await using camera = openCamera({ device: network.url, alwaysOn: true });
  using frames = camera.frames.subscribe();
  for (const { resolve } of shown) {
    const { value } = await deadline(frames.next(), 30_000);
    assertEquals(jpegSize(value!.bytes), { width: 320, height: 240 });
    resolve();
  }
});
