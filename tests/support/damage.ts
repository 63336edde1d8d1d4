/**
 * JPEGs, damaged as a network, a disk or a camera damages them.
 *
 * @module
 */

import { segments } from "../../lib/frame/jpeg.ts";

/** Returns an integer from 0 to `limit - 1`. */
export type Random = (limit: number) => number;

/** A random number generator that repeats itself for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  return (limit) => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return Math.floor(((t ^ t >>> 14) >>> 0) / 2 ** 32 * limit);
  };
}

/** Damages a copy of a JPEG; `other` is an intact one. */
type Damage = (bytes: Uint8Array<ArrayBuffer>, random: Random, other: Uint8Array) => Uint8Array;

/** The start of a random segment among those that are wanted. */
function segmentOf(bytes: Uint8Array, random: Random, wanted = (_: number) => true): number {
  const all = [...segments(bytes)].filter(({ marker }) => wanted(marker));
  return all[random(all.length)].start;
}

const isFrameHeader = (marker: number) => marker >= 0xc0 && marker <= 0xc2;

/** All kinds of damage, by name. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  cut: (bytes, random) => bytes.subarray(0, random(bytes.length)),
  "bits flipped": (bytes, random) => {
    for (let i = 1 + random(20); i > 0; i--) bytes[random(bytes.length)] ^= 1 << random(8);
    return bytes;
  },
  "one bit flipped": (bytes, random) => {
    bytes[random(bytes.length)] ^= 1 << random(8);
    return bytes;
  },
  "block zeroed": (bytes, random) => {
    const at = random(bytes.length);
    return bytes.fill(0, at, at + 1 + random(512));
  },
  "block lost": (bytes, random) => {
    const at = random(bytes.length);
    const to = Math.min(bytes.length, at + 1 + random(1460));
    bytes.copyWithin(at, to);
    return bytes.subarray(0, bytes.length - (to - at));
  },
  spliced: (bytes, random, other) => {
    const head = bytes.subarray(0, random(bytes.length));
    const tail = other.subarray(random(other.length));
    return new Uint8Array([...head, ...tail]);
  },
  "header overwritten": (bytes, random) => {
    const { start } = [...segments(bytes)].at(-1)!;
    for (let i = 1 + random(16), at = random(start + 14); i > 0; i--) bytes[at++] = random(256);
    return bytes;
  },
  "length lying": (bytes, random) => {
    const at = segmentOf(bytes, random) + 2;
    bytes.set([random(2) ? random(256) : bytes[at], random(256)], at);
    return bytes;
  },
  "stray bytes in the header": (bytes, random) => {
    const at = segmentOf(bytes, random);
    const stray = Array.from({ length: 1 + random(6) }, () => random(256));
    return new Uint8Array([...bytes.subarray(0, at), ...stray, ...bytes.subarray(at)]);
  },
  "a marker in the scan": (bytes, random) => {
    const { end } = [...segments(bytes)].at(-1)!;
    const at = end + random(bytes.length - end - 1);
    bytes.set([0xff, 0xc0 + random(64)], at);
    return bytes;
  },
  "65,535 x 65,535 announced": (bytes, random) => {
    bytes.set([0xff, 0xff, 0xff, 0xff], segmentOf(bytes, random, isFrameHeader) + 5);
    return bytes;
  },
  "another size announced": (bytes, random) => {
    const at = segmentOf(bytes, random, isFrameHeader) + 5;
    for (let i = 0; i < 4; i++) bytes[at + i] = i % 2 ? random(256) : random(32);
    return bytes;
  },
};

/** Yields `count` damaged JPEGs, with each kind of damage in turn. */
export function* damaged(pictures: readonly Uint8Array[], count: number, random: Random) {
  const ways = Object.entries(DAMAGES);
  for (let i = 0; i < count; i++) {
    const [way, damage] = ways[i % ways.length];
    const picture = pictures[random(pictures.length)];
    const other = pictures[random(pictures.length)];
    yield { way, bytes: damage(picture.slice(), random, other).slice() };
  }
}
