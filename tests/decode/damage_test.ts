import { assert, assertEquals } from "@std/assert";
import type { CheckResult } from "../../lib/decode/check_worker.ts";
import { WorkerPool } from "../../lib/decode/worker_pool.ts";
import { damaged, randomOf } from "../support/damage.ts";
import { photographs } from "../support/pictures.ts";

/** How many damaged frames are tried. */
const FRAMES = 10_000;
/** By how much they may grow the memory of the whole process. */
const GROWTH_BYTES = 400 * 1024 * 1024;

// The exit status of djpeg. What it warns of it shows all the same, with grey or shifted parts; what
// it refuses is 1.
const DECODES = 0;
const WARNS = 2;

/** What libjpeg refuses and the check lets through, and why: both are seen once in 20,000. */
const EXCEPTIONS: readonly [words: RegExp, reason: string][] = [
  [/more than one scan/, "a second scan behind one with all colours: the decoder has its picture"],
  [
    /Bogus Huffman table/,
    "a code that no table needs is one too long: the decoder has no use for it",
  ],
];

/** What libjpeg warns of and the check lets through, and why. */
const WARNINGS: readonly [words: RegExp, reason: string][] = [
  [/premature end of data/, "data ended at a marker; the decoder reads zeros from there on"],
  [/extraneous bytes before marker/, "data was left at a marker; the decoder looks for the marker"],
  [/bad Huffman code/, "the decoder takes the code for another one"],
  [/Inconsistent progression/, "a scan refines what none has begun; it counts from zero"],
  [/unknown JFIF revision|density|thumbnail/, "of the header, not of the picture"],
];

interface Tried {
  way: string;
  bytes: Uint8Array<ArrayBuffer>;
  result: CheckResult;
}

/** Asks the decoder about each of them; a thread that dies or hangs over one fails the test. */
async function tryAll(pictures: Uint8Array[]): Promise<Tried[]> {
  const module = new URL("../../lib/decode/check_worker.ts", import.meta.url);
  using pool = new WorkerPool<Uint8Array, CheckResult>(module, { size: 2 });
  const tried: Tried[] = [];
  const asking: Promise<void>[] = [];
  for (const { way, bytes } of damaged(pictures, FRAMES, randomOf(20261123))) {
    await pool.free();
    asking.push((async () => {
      tried.push({ way, bytes, result: await pool.ask(bytes) });
    })());
  }
  await Promise.all(asking);
  return tried;
}

/** What djpeg, libjpeg's full decode, says of each picture: its exit status and its words. */
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

Deno.test("checkFrames() survives 10,000 damaged frames, and refuses what libjpeg refuses", async () => {
  const pictures = await photographs();
  const before = Deno.memoryUsage().rss;
  const tried = await tryAll(pictures);
  const growth = Deno.memoryUsage().rss - before;
  assertEquals(tried.length, FRAMES);
  assert(growth < GROWTH_BYTES, `grew by ${growth >> 20} MiB`);
  const accepted = tried.filter(({ result }) => !("refused" in result));
  const said = await djpeg(accepted.map(({ bytes }) => bytes));
  const unexplained = said.filter(({ status, words }) =>
    ![DECODES, WARNS].includes(status) && !EXCEPTIONS.some(([pattern]) => pattern.test(words))
  );
  assertEquals(unexplained, []);
  const unknown = said.filter(({ status, words }) =>
    status === WARNS && !WARNINGS.some(([pattern]) => pattern.test(words))
  );
  assertEquals(unknown, []);
  // If libjpeg says nothing at all, the test has gone blind.
  assert(said.some(({ status }) => status === DECODES));
  assert(said.some(({ status }) => status === WARNS));
});
