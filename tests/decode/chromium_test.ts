/** Compares what becomes of damaged and odd JPEGs with what Chromium shows of them. */

import { assert, assertEquals } from "@std/assert";
import { TolerantCodec } from "../../lib/decode/tolerant_codec.ts";
import { completeFrame } from "../../lib/frame/complete_frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { openChromium } from "../support/chromium.ts";
import { damaged, randomOf } from "../support/damage.ts";
import type { Page } from "../support/packages.ts";
import { photographs, pictureWithRestarts, testPictures } from "../support/pictures.ts";
import { DAMAGED, REPAIRABLE } from "../support/quirks.ts";
import { showJpegs, type Shown } from "../support/show_jpegs.js";

/** How many damaged JPEGs to compare. */
const COUNT = 360;
/** How many JPEGs the page gets at once. */
const BATCH = 40;

/** What Chromium shows and we refuse, and why. */
const REFUSED: readonly [words: RegExp, reason: string][] = [
  [/too few for \d+x\d+ pixels/, "nearly all of it would be grey, and take seconds"],
  [/and the limit is 64000000$/, "memory for so many pixels is never allocated"],
];

/** What an `<img>` shows, down to the damage, although libjpeg gives it up there. */
const PARTLY: readonly [words: RegExp, reason: string][] = [
  [/Unsupported|Bogus|Invalid|was not defined|more than one scan|two SOI/, "libjpeg gives it up"],
  [/two frame headers/, "decoders may disagree about its size"],
];

/** A JPEG, and what became of it. */
interface Judged {
  readonly way: string;
  readonly bytes: Uint8Array;
  /** The JPEG that viewers get; undefined if it is refused. */
  readonly completed?: Uint8Array;
  /** Why it is refused. */
  readonly refusal?: string;
}

/** Odd ones, then damaged ones. */
async function* candidates(): AsyncGenerator<{ way: string; bytes: Uint8Array }> {
  const [plain] = await testPictures(1);
  const restarts = await pictureWithRestarts();
  for (const [way, quirk] of Object.entries(REPAIRABLE)) yield { way, bytes: quirk(plain) };
  for (const [way, quirk] of Object.entries(DAMAGED)) yield { way, bytes: quirk(restarts) };
  yield* damaged(await photographs(), COUNT, randomOf(20261126));
}

async function judgeAll(): Promise<Judged[]> {
  const codec = await TolerantCodec.load();
  const meta = { sequence: 1, capturedAt: 0 };
  const judged: Judged[] = [];
  for await (const { way, bytes } of candidates()) {
    try {
      const frame = completeFrame(FrameMemory.copyOf(bytes), meta);
      const { completed } = await codec.decode(frame.bytes, "eighth", meta);
      judged.push({ way, bytes, completed: completed ?? frame.bytes });
    } catch (error) {
      if (!(error instanceof JpegError)) throw error;
      judged.push({ way, bytes, refusal: error.message });
    }
  }
  return judged;
}

async function showAll(page: Page, jpegs: readonly Uint8Array[]): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (let at = 0; at < jpegs.length; at += BATCH) {
    const texts = jpegs.slice(at, at + BATCH).map((jpeg) => Buffer.from(jpeg).toString("base64"));
    shown.push(...await page.evaluate(showJpegs, texts));
  }
  return shown;
}

/** Whether a refusal has one of these reasons. */
const explains = (reasons: readonly [RegExp, string][], words: string) =>
  reasons.some(([pattern]) => pattern.test(words));

Deno.test("a damaged JPEG reaches viewers when Chromium shows it, and with the same pixels", async () => {
  const judged = await judgeAll();
  await using browser = await openChromium();
  const page = await browser.newPage();
  const originals = await showAll(page, judged.map(({ bytes }) => bytes));
  const viewers = await showAll(
    page,
    judged.map(({ completed }) => completed ?? new Uint8Array(0)),
  );
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  judged.forEach(({ way, refusal, completed }, i) => {
    const [original, viewer] = [originals[i], viewers[i]];
    const chromium = original.pixels !== undefined
      ? "whole"
      : original.image
      ? "partly"
      : "refused";
    const key = `${refusal === undefined ? "shown" : "refused"}, by Chromium ${chromium}`;
    counts[key] = (counts[key] ?? 0) + 1;
    if (refusal !== undefined) {
      const reasons = chromium === "whole" ? REFUSED : [...REFUSED, ...PARTLY];
      if (chromium !== "refused" && !explains(reasons, refusal)) {
        problems.push(`${way}: ${chromium} by Chromium, refused: ${refusal}`);
      }
    } else if (original.pixels !== undefined && original.pixels !== viewer.pixels) {
      problems.push(`${way}: other pixels than Chromium's`);
    } else if (!viewer.image) {
      problems.push(`${way}: shown, but Chromium shows nothing of ${completed!.length} bytes`);
    }
  });
  assertEquals(problems, []);
  // If Chromium shows all or nothing, the test proves nothing.
  assert(Object.values(counts).length === 6, JSON.stringify(counts));
});
