/**
 * Real JPEGs for tests: ffmpeg's test picture, photographs, and footage of people.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { STANDARD_TABLES } from "../../lib/frame/huffman_tables.ts";
import { DHT, segments } from "../../lib/frame/jpeg.ts";

/** A video of people walking past, 768x576 at 10 frames a second (Debian: opencv-doc). */
export const FOOTAGE = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
/** How many frames it has. */
export const FOOTAGE_FRAMES = 795;

/** Runs ffmpeg; throws if it fails. */
export async function ffmpeg(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-nostdin", "-hide_banner", "-v", "error", "-y", ...args],
  }).output();
  if (!success) throw new Error(`ffmpeg failed: ${new TextDecoder().decode(stderr)}`);
}

/** All frames of a video as JPEGs, encoded with `args`. */
export async function jpegsOf(input: string[], args: string[] = []): Promise<Uint8Array[]> {
  const folder = await Deno.makeTempDir();
  try {
    await ffmpeg(...input, ...args, "-f", "image2", `${folder}/%06d.jpg`);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    return names.map((name) => Deno.readFileSync(`${folder}/${name}`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** JPEGs of ffmpeg's moving test picture. */
export function testPictures(
  count: number,
  size: string = "320x240",
  args: string[] = [],
): Promise<Uint8Array[]> {
  return jpegsOf(["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=10`], [
    "-frames:v",
    String(count),
    ...args,
  ]);
}

/** A JPEG of the test picture with a restart marker after each row of blocks. */
export async function pictureWithRestarts(size: string = "320x240"): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    const source = ["-f", "lavfi", "-i", `testsrc2=size=${size}`, "-frames:v", "1"];
    await ffmpeg(...source, `${folder}/picture.ppm`);
    const args = ["-restart", "1", "-outfile", `${folder}/picture.jpg`, `${folder}/picture.ppm`];
    await new Deno.Command("cjpeg", { args }).output();
    return await Deno.readFile(`${folder}/picture.jpg`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The JPEG as most webcams send it: without its Huffman tables, which must be the standard ones. */
export function withoutTables(jpeg: Uint8Array): Uint8Array {
  const parts = [...segments(jpeg)].filter(({ marker }) => marker === DHT);
  const tables = parts.flatMap(({ start, end }) => [...jpeg.subarray(start, end)]);
  assertEquals(tables, [...STANDARD_TABLES], "these are not the standard tables");
  const [{ start, end }] = parts;
  return new Uint8Array([...jpeg.subarray(0, start), ...jpeg.subarray(end)]);
}

/** The folder with the photographs of Debian's opencv-doc. */
const PHOTOGRAPHS = "/usr/share/doc/opencv-doc/examples/data";

/** A photograph of a house. */
export const STILL = `${PHOTOGRAPHS}/home.jpg`;

/**
 * Small photographs in every JPEG format that cameras use: each chroma subsampling and greyscale,
 * baseline and progressive, with and without restart markers.
 */
export async function photographs(): Promise<Uint8Array[]> {
  const names = ["fruits", "baboon", "messi5", "building", "butterfly", "orange"];
  const folder = await Deno.makeTempDir();
  const forms: [string, string[]][] = [
    ["yuvj420p", []],
    ["yuvj422p", []],
    ["yuvj444p", []],
    ["gray", []],
    ["yuvj422p", ["-progressive"]],
    ["yuvj420p", ["-restart", "1"]],
  ];
  try {
    return await Promise.all(names.flatMap((name) =>
      forms.map(async ([pixels, cjpeg], form) => {
        const path = `${folder}/${name}-${form}`;
        const output = cjpeg.length > 0 ? `${path}.ppm` : `${path}.jpg`;
        const scale = ["-vf", "scale=160:120", "-pix_fmt", cjpeg.length > 0 ? "rgb24" : pixels];
        await ffmpeg("-i", `${PHOTOGRAPHS}/${name}.jpg`, ...scale, "-q:v", "3", output);
        if (cjpeg.length > 0) {
          const args = ["-quality", "85", ...cjpeg, "-outfile", `${path}.jpg`, output];
          await new Deno.Command("cjpeg", { args }).output();
        }
        return await Deno.readFile(`${path}.jpg`);
      })
    ));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
