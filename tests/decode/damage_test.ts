import { assert, assertEquals } from "@std/assert";
import type { CheckQuestion, CheckResult } from "../../lib/decode/check_worker.ts";
import { WorkerPool } from "../../lib/decode/worker_pool.ts";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { damaged, randomOf } from "../support/damage.ts";
import { PATIENCE_MS } from "../support/eventually.ts";
import { photographs } from "../support/pictures.ts";

/** How many damaged frames to try. */
const FRAMES = 10_000;
/** How much they may add to the memory of the whole process. */
const GROWTH_BYTES = 400 * 1024 * 1024;

// The exit status of djpeg. It shows JPEGs that it warns about, with grey or shifted parts. For those
// that it refuses it is 1.
const DECODES = 0;
const WARNS = 2;

/** What libjpeg refuses and the check accepts, and why. Each occurs once in 20,000. */
const ACCEPTED: readonly [words: RegExp, reason: string][] = [
  [/more than one scan/, "a second scan after one with all colours: the decoder is already done"],
  [/Bogus DAC/, "a table for arithmetic coding, which no Huffman decoder reads"],
  [
    /Bogus Huffman table/,
    "an unused code is too long: the decoder ignores it",
  ],
];

/** What libjpeg shows and the check refuses, and why. */
const REFUSED: readonly [words: RegExp, reason: string][] = [
  [/too few for \d+x\d+ pixels/, "nearly all of it would be grey, and take seconds"],
  [/and the limit is 64000000$/, "memory for so many pixels is never allocated"],
];

/** What libjpeg warns about and the check accepts, and why. */
const WARNINGS: readonly [words: RegExp, reason: string][] = [
  [/premature end of data/, "the data ends at a marker; the decoder reads zeros from there on"],
  [
    /extraneous bytes before marker/,
    "there is data before a marker; the decoder skips to the marker",
  ],
  [/bad Huffman code/, "the decoder reads the code as another one"],
  [
    /Inconsistent progression/,
    "a scan refines what no scan has begun; the decoder starts from zero",
  ],
  [/Premature end of JPEG file/, "the end marker is missing; it is put in"],
  [/Invalid SOS parameters/, "the header of a sequential scan says what only one may say"],
  [/instead of RST/, "a restart marker is wrong; libjpeg looks for the next"],
  [/unknown JFIF revision|density|thumbnail/, "in the header, not in the pixels"],
];

interface Tried {
  readonly way: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Why it was refused; undefined if it was not. */
  readonly refusal: string | undefined;
}

/** Checks damaged JPEGs. A worker that dies or hangs fails the test. */
async function tryAll(pictures: Uint8Array[]): Promise<Tried[]> {
  const module = new URL("../../lib/decode/check_worker.ts", import.meta.url);
  using pool = new WorkerPool<CheckQuestion, CheckResult>(module, {
    size: 2,
    // A busy machine gets its time; a worker that hangs still fails the test.
    hangMs: PATIENCE_MS,
  });
  const tried: Tried[] = [];
  const asking: Promise<void>[] = [];
  for (const { way, bytes } of damaged(pictures, FRAMES, randomOf(20261123))) {
    await pool.free();
    asking.push((async () => {
      const question = { bytes: bytes.slice(), sequence: 1, capturedAt: 0 };
      const refusal = await pool.ask(question).then(() => undefined, (error) => {
        if (error instanceof JpegError) return error.message;
        throw error;
      });
      tried.push({ way, bytes, refusal });
    })());
  }
  await Promise.all(asking);
  return tried;
}

/** What djpeg, which decodes with libjpeg in full, says about each JPEG. */
async function djpeg(pictures: Uint8Array[]): Promise<{ status: number; words: string }[]> {
  const folder = await Deno.makeTempDir();
  try {
    pictures.forEach((bytes, i) => Deno.writeFileSync(`${folder}/${i}.jpg`, bytes));
    const half = (parity: number) =>
      new Deno.Command("sh", {
        args: [
          "-c",
          `for f in $(seq ${parity} 2 ${pictures.length - 1}); do
            djpeg -outfile /dev/null $f.jpg 2>$f.err; echo $? >$f.status
          done`,
        ],
        cwd: folder,
      }).output();
    await Promise.all([half(0), half(1)]);
    return pictures.map((_, i) => ({
      status: Number(Deno.readTextFileSync(`${folder}/${i}.status`)),
      words: Deno.readTextFileSync(`${folder}/${i}.err`).trim(),
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkFrames() survives 10,000 damaged frames, and takes exactly those that libjpeg takes", async () => {
  const pictures = await photographs();
  const before = Deno.memoryUsage().rss;
  const tried = await tryAll(pictures);
  const growth = Deno.memoryUsage().rss - before;
  assertEquals(tried.length, FRAMES);
  assert(growth < GROWTH_BYTES, `grew by ${growth >> 20} MiB`);
  const said = await djpeg(tried.map(({ bytes }) => bytes));
  const judged = tried.map(({ way, refusal }, i) => ({ way, refusal, ...said[i] }));
  const shown = ({ status }: { status: number }) => [DECODES, WARNS].includes(status);
  const accepted = judged.filter(({ refusal }) => refusal === undefined);
  const unexplained = accepted.filter((one) =>
    !shown(one) && !ACCEPTED.some(([pattern]) => pattern.test(one.words))
  );
  assertEquals(unexplained, []);
  const missing = judged.filter((one) =>
    one.refusal !== undefined && shown(one) &&
    !REFUSED.some(([pattern]) => pattern.test(one.refusal!))
  );
  assertEquals(missing, []);
  const unknown = accepted.filter(({ status, words }) =>
    status === WARNS && !WARNINGS.some(([pattern]) => pattern.test(words))
  );
  assertEquals(unknown, []);
  // If libjpeg says nothing at all, the test proves nothing.
  for (const expected of [DECODES, WARNS, 1]) {
    assert(judged.some(({ status }) => status === expected));
  }
});
