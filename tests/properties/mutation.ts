/**
 * Inputs that are almost valid, since they reach more of a parser's code than noise.
 *
 * @module
 */

import { fc } from "../support/packages.ts";

/** Values that often break parsers. */
const EDGES: readonly (readonly number[])[] = [
  [0x00],
  [0xff],
  [0x7f],
  [0x80],
  [0x0a],
  [0x0d, 0x0a],
  [0xff, 0xd8],
  [0xff, 0xd9],
  [0xff, 0xff],
  [0x00, 0x00, 0x00, 0x00],
  [0x00, 0x00, 0x00, 0x02],
  [0xff, 0xff, 0xff, 0xff],
  [0x01, 0x00, 0x00, 0x00],
  [0x00, 0x01, 0x00, 0x01],
];

/** Changes bytes; `at` and `to` are offsets in them. */
type Mutation = (bytes: Uint8Array, at: number, to: number) => Uint8Array;

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const overwrite = (values: readonly number[]): Mutation => (bytes, at) => {
  bytes.set(values.slice(0, bytes.length - at), at);
  return bytes;
};

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.nat(7).map((bit): Mutation => (bytes, at) => {
    bytes[at] ^= 1 << bit;
    return bytes;
  }),
  fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }).map(overwrite),
  fc.constantFrom(...EDGES).map(overwrite),
  fc.constant<Mutation>((bytes, at) => bytes.subarray(0, at)),
  // The bytes from `at` to `to`: removed, repeated, or moved to the end.
  fc.constant<Mutation>((bytes, at, to) => join(bytes.subarray(0, at), bytes.subarray(to))),
  fc.constant<Mutation>((bytes, at, to) => join(bytes.subarray(0, to), bytes.subarray(at))),
  fc.constant<Mutation>((bytes, at, to) =>
    join(bytes.subarray(0, at), bytes.subarray(to), bytes.subarray(at, to))
  ),
  fc.array(fc.nat(255), { maxLength: 12 }).map((values): Mutation => (bytes, at) =>
    join(bytes.subarray(0, at), new Uint8Array(values), bytes.subarray(at))
  ),
);

/** An offset in units of 1/65,536 of the length; half are near the start, where headers are. */
const place = fc.oneof(fc.nat(65_535), fc.nat(255).map((value) => value * value));

/** Bytes with up to `most` mutations. */
export function mutated(
  originals: fc.Arbitrary<Uint8Array>,
  most: number = 4,
): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const mutations = fc.array(fc.tuple(mutation, place, place), { maxLength: most });
  return fc.tuple(originals, mutations).map(([original, mutations]) => {
    let bytes: Uint8Array = original.slice();
    for (const [mutate, ...places] of mutations) {
      const [at, to] = places.map((place) => Math.floor(place / 65_536 * bytes.length));
      bytes = mutate(bytes, Math.min(at, to), Math.max(at, to)).slice();
    }
    return bytes.slice();
  });
}

/** Text with a few mutations. */
export function mutatedText(originals: readonly string[]): fc.Arbitrary<string> {
  const encoded = originals.map((text) => new TextEncoder().encode(text));
  return mutated(fc.constantFrom(...encoded)).map((bytes) => new TextDecoder().decode(bytes));
}

/** Bytes cut into chunks of random sizes. */
export function inChunks(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
  const sizes = fc.oneof(
    fc.constant([]),
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
  );
  return fc.tuple(bytes, sizes).map(([bytes, sizes]) => {
    if (sizes.length === 0) return [bytes];
    const chunks: Uint8Array[] = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length];
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    return chunks;
  });
}

/** Joins chunks into one array. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return join(...chunks);
}
