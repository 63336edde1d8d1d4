/**
 * All who watch in the endurance test, in a process of their own, so that what they take is not
 * counted: a steady one, a slow one, one that reads nothing, and those that come and go.
 *
 * `deno run -A viewers.ts http://localhost:8080` prints the address at which it tells what they saw:
 * `GET /` as {@linkcode Seen}; `GET /gap?after=MS` answers once a gap has ended after that time;
 * `POST /quiet` sends those home that come and go, `POST /busy` lets them come again.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { MpjpegReader } from "../../lib/camera/mpjpeg.ts";
import { now } from "../../lib/flow/clock.ts";
import { Percentiles } from "../../lib/flow/meter.ts";
import { readExif } from "../../lib/frame/exif.ts";

/** What the viewers saw since they began. */
export interface Seen {
  /** Pictures that the steady viewer saw, each another one. */
  frames: number;
  /** How old pictures were of late when the steady viewer had them, in milliseconds. */
  ages: { p50: number | null; p95: number | null };
  /** Pictures that the slow viewer saw. */
  slowFrames: number;
  /** How many came and went. */
  visitors: number;
  /** How many of them saw no picture. */
  blind: number;
  /** Whether the one that reads nothing is still connected; it only knows by what it is told. */
  errors: string[];
}

/** A time in which the steady viewer saw nothing new. */
export interface Gap {
  /** When the last picture before it was taken, in milliseconds since 1970. */
  from: number;
  /** When the next one was there. */
  until: number;
}

/** A silence longer than this is a gap, in milliseconds. */
const GAP_MS = 300;
/**
 * How often another viewer comes, and how long each stays, in milliseconds. Until they are sent home
 * for the first time they come four times as often, so that V8 has compiled by then what runs but
 * once a second afterwards.
 */
const VISITOR_MS = { atFirst: 250, later: 1000 };
const STAY_MS = 3000;
/** How much is read at once, and how long the slow viewer waits then: it takes 640 KB a second. */
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

/** Asks for the stream. */
async function ask(): Promise<Deno.TcpConn> {
  const { hostname, port } = url;
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const request = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  return connection;
}

/** The pictures of a stream, until it or the connection is closed; `pauseMs` between two reads. */
async function* pictures(
  connection: Deno.TcpConn,
  pauseMs: number = 0,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const reader = new MpjpegReader();
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
    yield* reader.push(chunk);
    if (pauseMs > 0) await delay(pauseMs);
  }
}

async function watchSteadily(): Promise<void> {
  let last = 0;
  let lastAt = 0;
  for await (const picture of pictures(await ask())) {
    const capturedAt = readExif(picture)?.capturedAt ?? 0;
    // The same once more, or a notice, which has no time.
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

/** Comes, stays a while, and leaves in mid-frame. */
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

/** Lets viewers come and go, one each `everyMs` milliseconds. */
function welcome(everyMs: number): ReturnType<typeof setInterval> {
  return setInterval(() => {
    visit().catch((error) => seen.errors.push(`visitor: ${error.message}`));
  }, everyMs);
}

/** Whether an error is that the connection was closed from here. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** What a viewer does; it is not to end. */
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
// deno-lint-ignore no-console -- how its parent knows it
console.log(`viewers: http://127.0.0.1:${server.addr.port}`);
await server.finished;
stalled.close();
