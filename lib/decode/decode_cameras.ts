import type { Cameras } from "../flow/cameras.ts";
import type { Feed } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { Checker } from "./check_frames.ts";
import type { DecodeFramesOptions } from "./decode_frames.ts";
import type { Decoder } from "./decoder.ts";
import { DecoderStage } from "./decoder_stage.ts";
import { PASSER } from "./pass_frames.ts";
import { type DecodeStage, isDecodeStage } from "./stage.ts";
import { DEFAULT_WORKERS, Transformer } from "./transform_frames.ts";

/** The cameras of {@linkcode decodeCameras}. Disposing of it ends all stages and their workers. */
export type DecodedCameras = Hub<ReadonlyMap<string, DecodeStage>> & AsyncDisposable;

/**
 * Decodes several cameras as `decodeFrames` does one: each has a stage of its own, and all take
 * turns at the workers. Feeds that are decoded already stay as they are.
 */
export function decodeCameras(cameras: Cameras, options: DecodeFramesOptions = {}): DecodedCameras {
  return new CameraStages(cameras, options);
}

class CameraStages extends Hub<ReadonlyMap<string, DecodeStage>> implements AsyncDisposable {
  readonly #options: DecodeFramesOptions;
  #decoder: Decoder | undefined;
  readonly #stages = new Map<Feed, DecodeStage>();
  readonly #changes;
  readonly #following: Promise<void>;
  readonly #closing = new Set<Promise<void>>();
  readonly #cameras: (Feed | undefined)[] = [];

  constructor(cameras: Cameras, options: DecodeFramesOptions) {
    super();
    this.#options = options;
    // A missing transform is an error at once. Other decoders start with the first camera that
    // needs one.
    if (options.transform !== undefined) this.#decoder = decoderFor(options);
    this.ended.catch(() => {});
    this.#changes = cameras.follow();
    // Known cameras are there at once.
    if (cameras.latest) this.#take(cameras.latest);
    this.#following = this.#follow();
  }

  async #follow(): Promise<void> {
    try {
      for await (const cameras of this.#changes) this.#take(cameras);
      this.close();
    } catch (error) {
      this.close(error);
    }
  }

  #take(cameras: ReadonlyMap<string, Feed>): void {
    const feeds = new Set(cameras.values());
    for (const feed of this.#stages.keys()) if (!feeds.has(feed)) this.#end(feed);
    const stages = [...cameras].map(([name, feed]) => [name, this.#stageOf(feed)] as const);
    this.publish(new Map(stages));
  }

  #stageOf(feed: Feed): DecodeStage {
    if (isDecodeStage(feed)) return feed;
    let stage = this.#stages.get(feed);
    if (!stage) this.#stages.set(feed, stage = this.#start(feed));
    return stage;
  }

  #start(feed: Feed): DecodeStage {
    const free = this.#cameras.indexOf(undefined);
    const camera = free < 0 ? this.#cameras.length : free;
    this.#cameras[camera] = feed;
    const decoder = this.#decoder ??= decoderFor(this.#options);
    return new DecoderStage(feed, new Seat(decoder, camera), this.#options.signal);
  }

  #end(feed: Feed): void {
    const stage = this.#stages.get(feed)!;
    this.#stages.delete(feed);
    const closing = Promise.resolve(stage[Symbol.asyncDispose]())
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    this.#cameras[this.#cameras.indexOf(feed)] = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#changes.return();
    await this.#following;
    for (const feed of this.#stages.keys()) this.#end(feed);
    this.#decoder?.[Symbol.dispose]();
    await Promise.all(this.#closing);
  }
}

function decoderFor(options: DecodeFramesOptions): Decoder {
  const { decode = true, transform, workers = DEFAULT_WORKERS } = options;
  if (!decode) return PASSER;
  return transform === undefined ? new Checker(workers) : new Transformer(transform, workers);
}

/** One camera's share of a decoder for several cameras. */
class Seat implements Decoder {
  readonly #decoder: Decoder;
  readonly #camera: number;

  constructor(decoder: Decoder, camera: number) {
    this.#decoder = decoder;
    this.#camera = camera;
  }

  get mode(): Decoder["mode"] {
    return this.#decoder.mode;
  }

  async prepare(): ReturnType<NonNullable<Decoder["prepare"]>> {
    return await this.#decoder.prepare?.();
  }

  turn(): Promise<Disposable> {
    return this.#decoder.turn();
  }

  decode(frame: Parameters<Decoder["decode"]>[0]): ReturnType<Decoder["decode"]> {
    return this.#decoder.decode(frame, this.#camera);
  }

  /** Does nothing: the decoder stays for the other cameras. */
  [Symbol.dispose](): void {}
}
