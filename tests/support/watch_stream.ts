/**
 * A viewer that prints what it sees, one line of JSON each. `watch_stream.ts URL` keeps to its one
 * connection; `watch_stream.ts URL retry` opens another one when that has ended, as the page does.
 */

import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/terminal.ts";
import { now } from "../../lib/time/clock.js";
import { readExif } from "../../lib/frame/exif_block.js";
import { partsOf } from "./multipart.ts";
import type { Seen } from "./stream_viewer.ts";

/** How long to wait before connecting again, in milliseconds. */
const RETRY_MS = 500;

const [url, retry] = Deno.args;
/** The newest picture of the camera. */
let last: { readonly capturedAt: number; readonly length: number } | undefined;

function tell(what: Seen["what"]): void {
  print(JSON.stringify({ at: now(), what } satisfies Seen));
}

function judge(bytes: Uint8Array<ArrayBuffer>): Seen["what"] {
  const capturedAt = readExif(bytes)?.capturedAt;
  // A notice has the time of the last picture, or none.
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
    // The stream has ended, or there was none: both are reported as the end.
  }
  tell("end");
  if (retry) await delay(RETRY_MS);
} while (retry);
