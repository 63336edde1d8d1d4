/**
 * All viewers of the endurance test: a steady one, a slow one, one that reads nothing, and visitors.
 * They run in their own process, so that their resources are not counted.
 *
 * `deno run -A viewers.ts http://localhost:8080` prints the address of its API. `GET /` returns
 * {@linkcode Seen}. `GET /gap?after=MS` waits for a {@linkcode Gap} that ends after that time.
 * `POST /quiet` ends all visits, and `POST /busy` starts them again.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { JpegStreamReader } from "../../lib/camera/jpeg_stream_reader.ts";
import { now } from "../../lib/time/clock.js";
import { Percentiles } from "../../lib/flow/meters.js";
import { readExif } from "../../lib/frame/exif_block.js";

/** What the viewers have received since they started. */
export interface Seen {
  /** New frames that the steady viewer received. */
  frames: number;
  /** The latest frames' age on arrival at the steady viewer, in milliseconds. */
  ages: { p50: number | null; p95: number | null };
  /** Frames that the slow viewer received. */
  slowFrames: number;
  /** How many visitors have left. */
  visitors: number;
  /** How many of them received no frame. */
  blind: number;
  /** What went wrong for any viewer. */
  errors: string[];
}

/** A time in which the steady viewer received no new frame. */
export interface Gap {
  /** When the last frame before it was captured, in milliseconds since 1970. */
  from: number;
  /** When the next one arrived. */
  until: number;
}

/** The shortest gap that counts, in milliseconds. */
const GAP_MS = 300;
/**
 * The time between visitors and the length of a visit, in milliseconds. Visitors come more often
 * before the first measurement, so that V8 has compiled the code of a visit by then.
 */
const VISITOR_MS = { atFirst: 250, later: 1000 };
const STAY_MS = 3000;
/** How much is read at once, and how long the slow viewer pauses after it: it reads 640 KB a second. */
const CHUNK_BYTES = 64 * 1024;
const SLOW_MS = 100;
const END_OF_HEAD = "\r\n\r\n";

const seen: Seen = {
  frames: 0,
  ages: { p50: null, p95: null },
  slowFrames: 0,
  visitors: 0,
  blind: 0,
  errors: [],
};
const ages = new Percentiles();
const url = new URL(Deno.args[0]);
const visitors = new Set<() => void>();
let lastGap: Gap | undefined;
const gapWaiters: (() => void)[] = [];

/** Requests the stream. */
async function ask(): Promise<Deno.TcpConn> {
  const { hostname, port } = url;
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const request = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  return connection;
}

/** The frames of a stream until its connection is closed, with a pause after each read. */
async function* pictures(
  connection: Deno.TcpConn,
  pauseMs: number = 0,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const reader = new JpegStreamReader();
  let head = "";
  while (true) {
    const length = await connection.read(buffer);
    if (length === null) return;
    let chunk = buffer.subarray(0, length);
    if (!head.includes(END_OF_HEAD)) {
      const before = head.length;
      head += new TextDecoder("latin1").decode(chunk);
      if (!head.includes(END_OF_HEAD)) continue;
      chunk = chunk.subarray(head.indexOf(END_OF_HEAD) + END_OF_HEAD.length - before);
    }
    for (const { bytes } of reader.push(chunk)) yield bytes;
    if (pauseMs > 0) await delay(pauseMs);
  }
}

async function watchSteadily(): Promise<void> {
  let last = 0;
  let lastAt = 0;
  for await (const picture of pictures(await ask())) {
    const capturedAt = readExif(picture)?.capturedAt ?? 0;
    // A repeated frame, or a notice.
    if (capturedAt <= last) continue;
    const at = now();
    if (last > 0 && at - lastAt > GAP_MS) {
      lastGap = { from: last, until: at };
      for (const waiter of gapWaiters.splice(0)) waiter();
    }
    ages.add(at - capturedAt);
    seen.frames++;
    last = capturedAt;
    lastAt = at;
  }
}

async function watchSlowly(): Promise<void> {
  for await (const _ of pictures(await ask(), SLOW_MS)) seen.slowFrames++;
}

/** Connects, stays a while, and leaves in mid-frame. */
async function visit(): Promise<void> {
  const connection = await ask();
  const leave = () => connection[Symbol.dispose]();
  visitors.add(leave);
  const timer = setTimeout(leave, STAY_MS);
  let count = 0;
  try {
    for await (const _ of pictures(connection)) count++;
  } catch (error) {
    if (!hasLeft(error)) throw error;
  } finally {
    clearTimeout(timer);
    visitors.delete(leave);
  }
  seen.visitors++;
  if (count === 0) seen.blind++;
}

/** Starts a visit every `everyMs` milliseconds. */
function welcome(everyMs: number): ReturnType<typeof setInterval> {
  return setInterval(() => {
    visit().catch((error) => seen.errors.push(`visitor: ${error.message}`));
  }, everyMs);
}

/** Whether an error means that this end closed the connection. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** Records an error if a viewer's stream ends. */
function forEver(name: string, watching: Promise<void>): void {
  watching.then(() => seen.errors.push(`${name}: the stream ended`), (error) => {
    seen.errors.push(`${name}: ${error.message}`);
  });
}

forEver("steady", watchSteadily());
forEver("slow", watchSlowly());
const stalled = await ask();
let coming = welcome(VISITOR_MS.atFirst);

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/gap": {
      const after = Number(searchParams.get("after"));
      while (!lastGap || lastGap.until < after) {
        await new Promise<void>((resolve) => gapWaiters.push(resolve));
      }
      return Response.json(lastGap);
    }
    case "/quiet":
      clearInterval(coming);
      for (const leave of visitors) leave();
      return new Response();
    case "/busy":
      coming = welcome(VISITOR_MS.later);
      return new Response();
    default:
      return Response.json({ ...seen, ages: { p50: ages.read(0.5), p95: ages.read(0.95) } });
  }
});
// deno-lint-ignore no-console -- the test reads it
console.log(`viewers: http://127.0.0.1:${server.addr.port}`);
await server.finished;
stalled.close();
