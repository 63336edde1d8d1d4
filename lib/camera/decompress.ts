import { pipeline, Readable } from "node:stream";
import { concat } from "@std/bytes/concat";

/** How much comes out at once, in bytes, however small its compressed form is. */
export const UNZIPPED_BYTES = 64 * 1024;

/**
 * Decompresses, piece by piece, what some cameras send compressed without being asked. Data that is
 * not compressed passes unchanged. Damaged data ends the stream.
 *
 * @param encoding `gzip` or `deflate`.
 * @throws {Error} when it is damaged from the start.
 */
export async function* decompress(
  pieces: AsyncGenerator<Uint8Array, void>,
  encoding: string,
): AsyncGenerator<Uint8Array, void> {
  let first = new Uint8Array(0);
  while (first.length < 2) {
    const { value, done } = await pieces.next();
    if (done) return yield first;
    first = concat([first, value]);
  }
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  const isZlib = first[0] % 16 === 8 && (first[0] << 8 | first[1]) % 31 === 0;
  if (!isGzip && encoding === "gzip") {
    yield first;
    return yield* pieces;
  }
  const { createInflateRaw, createUnzip, constants } = await import("node:zlib");
  // Some cameras leave the end out.
  const options = { chunkSize: UNZIPPED_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
  const output = isGzip || isZlib ? createUnzip(options) : createInflateRaw(options);
  const input = Readable.from(copies(first, pieces), { highWaterMark: 1 });
  pipeline(input, output, () => {});
  let isEmpty = true;
  try {
    for await (const piece of output) {
      isEmpty = false;
      yield piece;
    }
  } catch (error) {
    if (isEmpty) throw new Error("its compressed answer is damaged", { cause: error });
  }
}

/** The pieces, each in memory of its own. */
async function* copies(first: Uint8Array, pieces: AsyncGenerator<Uint8Array, void>) {
  yield first;
  for await (const piece of pieces) yield piece.slice();
}
