import { fileURLToPath, pathToFileURL } from "node:url";
import type { Feed } from "../flow/feed.ts";
import { Frame, type FrameMeta } from "../frame/frame.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { Aside } from "./aside.ts";
import { blame } from "./blame.ts";
import { Checker } from "./check_frames.ts";
import type { Decoded, Decoder } from "./decoder.ts";
import { DecoderStage } from "./decoder_stage.ts";
import type { DecodeOptions, DecodeStage } from "./stage.ts";
import type { TransformQuestion, TransformResult } from "./transform_worker.ts";
import { watchFile } from "./watch_file.ts";
import { WorkerError, WorkerTimeout } from "./worker_handle.ts";
import { WorkerPool } from "./worker_pool.ts";

export type { Transform } from "./transform_worker.ts";

/** The most workers by default. */
export const MAX_DEFAULT_WORKERS = 4;
/** How many workers transform by default: one for each core. */
export const DEFAULT_WORKERS: number = Math.min(navigator.hardwareConcurrency, MAX_DEFAULT_WORKERS);
/** How long a transform may take for one frame before it is stopped, in milliseconds. */
export const TRANSFORM_MS = 5000;
/** How much more time its worker has for the answer before it is ended, in milliseconds. */
const SPARE_MS = 1000;
/** The most memory for a transform's JavaScript objects, in MB; images and buffers have another limit. */
export const HEAP_MB = 512;
/** Options of {@linkcode transformFrames}. */
export interface TransformOptions extends DecodeOptions {
  /** A module whose default export is a {@linkcode Transform}: its path, or its file URL. */
  readonly module: string | URL;
}

/**
 * Publishes each frame as the transform returns it, or unchanged if the transform fails. By
 * default, a worker for each core runs it, at most 4. A change of the module takes effect with the
 * next frame.
 *
 * @throws {Deno.errors.NotFound} when there is no such module.
 *
 * @example
 * ```ts
 * import { openCamera, serveViewers, transformFrames } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using stage = transformFrames(camera, { module: "examples/transforms/grey.ts" });
 * await using viewers = await serveViewers(stage, { port: 0 });
 * ```
 */
export function transformFrames(feed: Feed, options: TransformOptions): DecodeStage {
  const { module, workers = DEFAULT_WORKERS, signal } = options;
  return new DecoderStage(feed, new Transformer(module, workers), signal);
}

function assertFile(file: URL, message: string): void {
  try {
    if (Deno.statSync(file).isFile) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Deno.errors.NotFound(message);
}

/** Transforms frames in workers. In each worker, each camera has variables of its own. */
export class Transformer implements Decoder {
  readonly mode = "transform";
  readonly #module: URL;
  readonly #pool: WorkerPool<TransformQuestion, TransformResult>;
  readonly #watch: Disposable;
  readonly #aside = new Aside();
  #checker: Checker | undefined;
  #closed = false;

  /** @throws {Deno.errors.NotFound} when there is no such module. */
  constructor(module: string | URL, workers: number) {
    this.#module = module instanceof URL ? module : pathToFileURL(module);
    const { protocol, href } = this.#module;
    const path = protocol === "file:" ? fileURLToPath(this.#module) : href;
    assertFile(this.#module, `There is no transform ${path}; give the path of a TypeScript module`);
    const worker = new URL("./transform_worker.ts", import.meta.url);
    const hangMs = TRANSFORM_MS + SPARE_MS;
    this.#pool = new WorkerPool(worker, { size: workers, hangMs, heapMb: HEAP_MB });
    this.#watch = watchFile(this.#module, () => {
      this.#aside.reset();
      // Only a new worker reads a loaded module, and its imports, again.
      this.#pool.renew();
    });
  }

  /** Loads the module, which may not even compile. */
  async prepare(): Promise<string | undefined> {
    try {
      return (await this.#ask(new Uint8Array(0), { sequence: 0, capturedAt: 0 })).problem;
    } catch (error) {
      if (this.#closed || !(error instanceof WorkerError)) return undefined;
      return blame(this.#module.href, new Error(words(error)));
    }
  }

  turn(): Promise<Disposable> {
    return this.#aside.isSet() ? this.#fallback.turn() : this.#pool.turn();
  }

  /** Transforms a frame. If that fails, the frame is checked instead, and goes on unchanged. */
  async decode(frame: Frame, camera = 0): Promise<Decoded> {
    if (!this.#aside.isSet()) {
      const startedAt = performance.now();
      using _ = this.#aside.attempt();
      try {
        const { isLate, isFull, ...decoded } = await this.#transform(frame, camera);
        if (isFull) this.#pool.renew();
        if (isLate || isFull) this.#aside.fail(startedAt, decoded.problem!);
        else this.#aside.succeed(startedAt);
        return decoded;
      } catch (error) {
        if (!(error instanceof WorkerError) || this.#closed) throw error;
        this.#aside.fail(startedAt, blame(this.#module.href, new Error(words(error))));
      }
    }
    const { problem } = this.#aside;
    return { ...await this.#fallback.decode(frame), problem };
  }

  async #transform(
    frame: Frame,
    camera: number,
  ): Promise<Decoded & Pick<TransformResult, "isLate" | "isFull">> {
    const { bytes: transformed, ...outcome } = await this.#ask(frame.bytes.slice(), frame, camera);
    const result = transformed ? new Frame(FrameMemory.adopt(transformed), frame) : frame;
    return { frame: result, ...outcome };
  }

  #ask(bytes: Uint8Array<ArrayBuffer>, { sequence, capturedAt }: FrameMeta, camera = 0) {
    // A module with another address is loaded again, with variables of its own.
    const module = camera === 0 ? this.#module.href : `${this.#module.href}?${camera}`;
    return this.#pool.ask({ bytes, sequence, capturedAt, module, limitMs: TRANSFORM_MS });
  }

  get #fallback(): Checker {
    return this.#checker ??= new Checker(1);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#watch[Symbol.dispose]();
    this.#pool[Symbol.dispose]();
    this.#checker?.[Symbol.dispose]();
  }
}

function words(error: WorkerError): string {
  if (/memory limit/.test(error.message)) return `it filled its memory of ${HEAP_MB} MB`;
  return error instanceof WorkerTimeout
    ? `it took over ${TRANSFORM_MS / 1000} s, or filled its memory of ${HEAP_MB} MB`
    : `it ended its worker: ${error.message}`;
}
