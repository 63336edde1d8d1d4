/**
 * A viewer that tells what it sees, a line of JSON each: `watch_stream.ts URL` stays with its one
 * connection, `watch_stream.ts URL retry` opens another when that has ended, as the page does.
 */

import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/log.ts";
import { now } from "../../lib/flow/clock.ts";
import { readExif } from "../../lib/frame/exif.ts";
import { partsOf } from "./multipart.ts";
import type { Seen } from "./stream_viewer.ts";

/** How long the page waits before it looks again whether the endpoint is back. */
const RETRY_MS = 500;

const [url, retry] = Deno.args;
/** The newest picture of a camera. */
let last: { readonly capturedAt: number; readonly length: number } | undefined;

function tell(what: Seen["what"]): void {
  print(JSON.stringify({ at: now(), what } satisfies Seen));
}

function judge(bytes: Uint8Array<ArrayBuffer>): Seen["what"] {
  const capturedAt = readExif(bytes)?.capturedAt;
  // What is drawn in place of a picture has the time of the last one, or none.
  if (capturedAt === undefined) return "notice";
  if (capturedAt === last?.capturedAt) return bytes.length === last.length ? "same" : "notice";
  last = { capturedAt, length: bytes.length };
  return "picture";
}

do {
  try {
    const response = await fetch(url);
    tell("open");
    for await (const { body } of partsOf(response)) tell(judge(body.slice()));
  } catch {
    // It has ended, or was never there: that is what is told.
  }
  tell("end");
  if (retry) await delay(RETRY_MS);
} while (retry);
