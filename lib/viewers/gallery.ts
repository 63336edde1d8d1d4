import type { DecodeStage } from "../decode/stage.ts";
import type { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Channels } from "../http/channels.ts";
import { Exhibit } from "./exhibit.ts";
import type { ViewOptions } from "./view.ts";

/** How many cameras are remembered after they have gone, for their viewers. */
export const MAX_GONE = 32;

/** Shows cameras that come and go. */
export class Gallery implements AsyncDisposable {
  readonly #channels: Channels;
  readonly #options: ViewOptions;
  /** By name; the cameras that have been gone longest come first. */
  readonly #exhibits = new Map<string, Exhibit>();
  readonly #changes: Mailbox<ReadonlyMap<string, DecodeStage>>;
  readonly #following: Promise<void>;

  /** Shows these cameras from now on. */
  constructor(
    cameras: Hub<ReadonlyMap<string, DecodeStage>>,
    channels: Channels,
    options: ViewOptions,
  ) {
    this.#channels = channels;
    this.#options = options;
    this.#changes = cameras.subscribe();
    // Known cameras are there at once.
    if (cameras.latest) this.#show(cameras.latest);
    this.#following = this.#follow();
  }

  async #follow(): Promise<void> {
    try {
      for await (const cameras of this.#changes) this.#show(cameras);
    } catch {
      // The reader of the cameras reports their error.
    }
  }

  #show(cameras: ReadonlyMap<string, DecodeStage>): void {
    this.#rename(cameras);
    for (const [name, exhibit] of this.#exhibits) exhibit.show(cameras.get(name));
    for (const [name, stage] of cameras) {
      const exhibit = this.#exhibits.get(name) ?? this.#open(name);
      exhibit.show(stage);
      // In their order, behind the cameras that have gone.
      this.#exhibits.delete(name);
      this.#exhibits.set(name, exhibit);
    }
    for (const [name, exhibit] of this.#exhibits) {
      if (this.#exhibits.size <= cameras.size + MAX_GONE) break;
      this.#exhibits.delete(name);
      exhibit[Symbol.dispose]();
    }
    this.#channels.show(this.#exhibits);
  }

  /** A camera that only changes its name keeps its viewers. */
  #rename(cameras: ReadonlyMap<string, DecodeStage>): void {
    const old = [...this.#exhibits].filter(([name]) => !cameras.has(name));
    for (const [name, stage] of cameras) {
      const [before, exhibit] = old.find(([, { stage: shown }]) => shown === stage) ?? [];
      if (before === undefined || !exhibit || this.#exhibits.has(name)) continue;
      this.#exhibits.delete(before);
      this.#exhibits.set(name, exhibit);
      exhibit.name = name;
    }
  }

  #open(name: string): Exhibit {
    const { onTrouble, ...others } = this.#options;
    const exhibit: Exhibit = new Exhibit(name, {
      ...others,
      onTrouble: (reason) =>
        onTrouble(this.#exhibits.size > 1 ? `${exhibit.name}: ${reason}` : reason),
    });
    return exhibit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#changes.return();
    await this.#following;
    for (const exhibit of this.#exhibits.values()) exhibit[Symbol.dispose]();
  }
}
