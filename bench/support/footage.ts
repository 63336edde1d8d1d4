/**
 * Frames to send: people walking past, scaled to the sizes of cameras.
 *
 * @module
 */

import { ffmpeg, FOOTAGE, withoutTables } from "../../tests/support/pictures.ts";

/** The sizes that are measured. */
export const SIZES = ["320x240", "640x480", "1280x720", "1920x1080"] as const;
/** One of these sizes. */
export type Size = typeof SIZES[number];

/** How many different frames are sent, over and over. */
const COUNT = 20;
/** ffmpeg's quantizer for what libjpeg calls quality 80. */
const QUANTIZER = "3.2";

/** Folders of JPEGs. Disposing of it removes them. */
export class Footage implements AsyncDisposable {
  readonly #root: string;
  readonly #folders = new Map<string, Promise<string>>();

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(): Promise<Footage> {
    return new Footage(await Deno.makeTempDir({ prefix: "socketcam-bench-" }));
  }

  /** The folder of a size, with the standard Huffman tables, as cameras encode. */
  folder(size: Size): Promise<string> {
    return this.#once(size, (folder) =>
      ffmpeg(
        ...["-i", FOOTAGE, "-frames:v", String(COUNT), "-vf", `scale=${size.replace("x", ":")}`],
        ...["-q:v", QUANTIZER, "-huffman", "default", "-pix_fmt", "yuvj420p"],
        ...["-f", "image2", `${folder}/%02d.jpg`],
      ));
  }

  /** The same frames without their Huffman tables, as most webcams send them. */
  withoutTables(size: Size): Promise<string> {
    return this.#edited(size, "without tables", withoutTables);
  }

  /** The frames of 640x480, each padded with a comment to `length` bytes. */
  padded(length: number): Promise<string> {
    return this.#edited("640x480", `${length} bytes`, (jpeg) => pad(jpeg, length));
  }

  /** The frames of a size. */
  async frames(size: Size): Promise<Uint8Array[]> {
    const folder = await this.folder(size);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    return names.map((name) => Deno.readFileSync(`${folder}/${name}`));
  }

  /** The mean length of a frame, in KiB. */
  async kib(size: Size): Promise<number> {
    const frames = await this.frames(size);
    return frames.reduce((sum, { length }) => sum + length, 0) / frames.length / 1024;
  }

  #edited(size: Size, how: string, edit: (jpeg: Uint8Array) => Uint8Array): Promise<string> {
    return this.#once(`${size} ${how}`, async (folder) => {
      for (const [i, jpeg] of (await this.frames(size)).entries()) {
        await Deno.writeFile(`${folder}/${String(i).padStart(2, "0")}.jpg`, edit(jpeg));
      }
    });
  }

  #once(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
    let folder = this.#folders.get(name);
    if (!folder) this.#folders.set(name, folder = this.#make(name, fill));
    return folder;
  }

  async #make(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
    const folder = `${this.#root}/${name.replaceAll(" ", "-")}`;
    await Deno.mkdir(folder);
    await fill(folder);
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** A JPEG with a comment after its JFIF header. */
function pad(jpeg: Uint8Array, length: number): Uint8Array {
  const afterJfif = 4 + (jpeg[4] << 8 | jpeg[5]);
  const padded = new Uint8Array(length).fill(0x20);
  const comment = length - jpeg.length;
  padded.set(jpeg.subarray(0, afterJfif));
  padded.set([0xff, 0xfe, comment - 2 >> 8, comment - 2 & 0xff], afterJfif);
  padded.set(jpeg.subarray(afterJfif), afterJfif + comment);
  return padded;
}
