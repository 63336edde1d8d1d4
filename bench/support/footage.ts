/**
 * Pictures to send: people who walk past, scaled to the sizes of cameras.
 *
 * @module
 */

import { ffmpeg, FOOTAGE } from "../../tests/support/pictures.ts";

/** The sizes that are measured. */
export const SIZES = ["320x240", "640x480", "1280x720", "1920x1080"] as const;
/** One of them. */
export type Size = typeof SIZES[number];

/** How many different pictures are sent, over and over. */
const COUNT = 20;
/** ffmpeg's quantizer for what libjpeg calls quality 80. */
const QUANTIZER = "3.2";

/** Folders of pictures. Disposing of it removes them. */
export class Footage implements AsyncDisposable {
  readonly #root: string;
  readonly #folders = new Map<Size, Promise<string>>();

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(): Promise<Footage> {
    return new Footage(await Deno.makeTempDir({ prefix: "socketcam-bench-" }));
  }

  /** The folder with pictures of a size. */
  folder(size: Size): Promise<string> {
    let folder = this.#folders.get(size);
    if (!folder) this.#folders.set(size, folder = this.#make(size));
    return folder;
  }

  /** A folder with pictures of 640x480, all of them so long by a comment in them. */
  async padded(bytes: number): Promise<string> {
    const folder = `${this.#root}/${bytes}`;
    const pictures = await this.pictures("640x480");
    await Deno.mkdir(folder);
    for (const [i, picture] of pictures.entries()) {
      await Deno.writeFile(`${folder}/${String(i).padStart(2, "0")}.jpg`, pad(picture, bytes));
    }
    return folder;
  }

  /** The pictures of a size. */
  async pictures(size: Size): Promise<Uint8Array[]> {
    const folder = await this.folder(size);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    return names.map((name) => Deno.readFileSync(`${folder}/${name}`));
  }

  /** How long a picture is, in KiB, on average. */
  async kib(size: Size): Promise<number> {
    const pictures = await this.pictures(size);
    return pictures.reduce((sum, { length }) => sum + length, 0) / pictures.length / 1024;
  }

  async #make(size: Size): Promise<string> {
    const folder = `${this.#root}/${size}`;
    await Deno.mkdir(folder);
    await ffmpeg(
      ...["-i", FOOTAGE, "-frames:v", String(COUNT), "-vf", `scale=${size.replace("x", ":")}`],
      ...["-q:v", QUANTIZER, "-pix_fmt", "yuvj420p", "-f", "image2", `${folder}/%02d.jpg`],
    );
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** A picture with a comment behind its JFIF header. */
function pad(picture: Uint8Array, bytes: number): Uint8Array {
  const behindJfif = 4 + (picture[4] << 8 | picture[5]);
  const padded = new Uint8Array(bytes).fill(0x20);
  const comment = bytes - picture.length;
  padded.set(picture.subarray(0, behindJfif));
  padded.set([0xff, 0xfe, comment - 2 >> 8, comment - 2 & 0xff], behindJfif);
  padded.set(picture.subarray(behindJfif), behindJfif + comment);
  return padded;
}
