/**
 * libjpeg as WebAssembly (mozjpeg, a libjpeg-turbo): the library with which browsers decode JPEGs.
 * It is slower than imagescript's codec at 1/8, but accepts what browsers accept.
 */

import factory from "@jsquash/jpeg/decoder";
import { JpegError } from "../frame/jpeg.ts";
import { bounded, type Judged, type Pixels, type Scale } from "./codec.ts";
// @ts-types="./libjpeg_module.d.ts"
import module from "./libjpeg_module.js";

/** The most pixels that it may decode. */
export const MAX_LIBJPEG_PIXELS = 16_000_000;
/** The most memory that it may take, in bytes: each pixel takes up to 10. */
export const MAX_LIBJPEG_BYTES = 256 * 1024 * 1024;
/** How much memory it keeps, in bytes; WebAssembly memory never shrinks. */
const KEPT_BYTES = 64 * 1024 * 1024;

interface Instance {
  decode(
    bytes: Uint8Array,
    preserveOrientation: boolean,
  ): { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> };
}

/** One instance of the module, with its own memory. */
export class Libjpeg {
  #said: string[] = [];
  #memory = 0;
  #instance = this.#start();

  /**
   * Decodes in full.
   *
   * @throws {JpegError} when libjpeg refuses the JPEG, or it is too much to decode.
   */
  decode(bytes: Uint8Array, judged: Judged, scale: Scale): Pixels {
    const [columns, rows] = judged.size;
    if (columns * rows > MAX_LIBJPEG_PIXELS) {
      const words = `it is damaged, and has over ${MAX_LIBJPEG_PIXELS} pixels`;
      throw new JpegError("too large", words);
    }
    this.#said = [];
    try {
      const decode = () => this.#instance.decode(bytes, false);
      const { width, height, data } = bounded(judged, scale, decode);
      if (this.#memory > KEPT_BYTES) this.#instance = this.#start();
      const buffer = new Uint8Array(data.buffer);
      return { width, height, format: 3, buffer };
    } catch (error) {
      // libjpeg stopped in the middle of its work; a new instance takes 0.3 ms.
      this.#instance = this.#start();
      if (error instanceof JpegError) throw error;
      const words = this.#said.at(-1);
      const message = words ? `it does not decode: ${words}` : "it does not decode";
      throw new JpegError("broken data", message, { cause: error });
    }
  }

  #start(): Instance {
    this.#memory = 0;
    // Emscripten extends the given object, at once because `instantiateWasm` is synchronous.
    const instance = {
      noInitialRun: true,
      print: () => {},
      printErr: (line: string) => void this.#said.push(line),
      instantiateWasm: (
        imports: { readonly a: Record<string, (...args: number[]) => number> },
        done: (instance: WebAssembly.Instance) => void,
      ) => {
        const { a } = imports;
        const grows = Object.keys(a).find((key) => a[key].name === "_emscripten_resize_heap");
        if (grows === undefined) throw new TypeError("libjpeg's memory cannot be limited");
        const grow = a[grows];
        a[grows] = (size) => {
          this.#memory = size >>> 0;
          return this.#memory <= MAX_LIBJPEG_BYTES ? grow(size) : 0;
        };
        const started = new WebAssembly.Instance(module, imports);
        done(started);
        return started.exports;
      },
    };
    factory(instance);
    return instance as unknown as Instance;
  }
}
