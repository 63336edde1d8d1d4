import { assert, assertEquals } from "@std/assert";
import type { ByteMessage } from "../../lib/decode/answer_questions.ts";
import type { Outcome } from "../../lib/decode/decoder.ts";
import { WorkerPool } from "../../lib/decode/worker_pool.ts";
import { JpegError } from "../../lib/frame/jpeg.ts";
import { damaged, randomOf } from "../support/damage.ts";
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
const EXCEPTIONS: readonly [words: RegExp, reason: string][] = [
  [/more than one scan/, "a second scan after one with all colours: the decoder is already done"],
  [
    /Bogus Huffman table/,
    "an unused code is too long: the decoder ignores it",
  ],
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
  [/unknown JFIF revision|density|thumbnail/, "in the header, not in the pixels"],
];

interface Tried {
  way: string;
  bytes: Uint8Array<ArrayBuffer>;
  isAccepted: boolean;
}

/** Checks damaged JPEGs. A worker that dies or hangs fails the test. */
async function tryAll(pictures: Uint8Array[]): Promise<Tried[]> {
  const module = new URL("../../lib/decode/check_worker.ts", import.meta.url);
  using pool = new WorkerPool<ByteMessage, Outcome>(module, { size: 2 });
  const tried: Tried[] = [];
  const asking: Promise<void>[] = [];
  for (const { way, bytes } of damaged(pictures, FRAMES, randomOf(20261123))) {
    await pool.free();
    asking.push((async () => {
      const isAccepted = await pool.ask({ bytes: bytes.slice() }).then(() => true, (error) => {
        if (error instanceof JpegError) return false;
        throw error;
      });
      tried.push({ way, bytes, isAccepted });
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

Deno.test("checkFrames() survives 10,000 damaged frames, and refuses what libjpeg refuses", async () => {
  const pictures = await photographs();
  const before = Deno.memoryUsage().rss;
  const tried = await tryAll(pictures);
  const growth = Deno.memoryUsage().rss - before;
  assertEquals(tried.length, FRAMES);
  assert(growth < GROWTH_BYTES, `grew by ${growth >> 20} MiB`);
  const accepted = tried.filter(({ isAccepted }) => isAccepted);
  const said = await djpeg(accepted.map(({ bytes }) => bytes));
  const unexplained = said.filter(({ status, words }) =>
    ![DECODES, WARNS].includes(status) && !EXCEPTIONS.some(([pattern]) => pattern.test(words))
  );
  assertEquals(unexplained, []);
  const unknown = said.filter(({ status, words }) =>
    status === WARNS && !WARNINGS.some(([pattern]) => pattern.test(words))
  );
  assertEquals(unknown, []);
  // If libjpeg says nothing at all, the test proves nothing.
  assert(said.some(({ status }) => status === DECODES));
  assert(said.some(({ status }) => status === WARNS));
});
