import type { Cameras } from "../flow/cameras.ts";
import type { Feed } from "../flow/feed.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Channels } from "../http/channels.ts";
import { Exhibit } from "./exhibit.ts";
import type { ViewOptions } from "./view.ts";

/** How many cameras that have gone are remembered, for those who watch them still. */
export const MAX_GONE = 32;

/** Shows cameras that come and go. */
export class Gallery implements AsyncDisposable {
  readonly #channels: Channels;
  readonly #options: ViewOptions;
  /** By name; those that have gone longest come first. */
  readonly #exhibits = new Map<string, Exhibit>();
  readonly #changes: Mailbox<ReadonlyMap<string, Feed>>;
  readonly #following: Promise<void>;
  #closing: Promise<void> = Promise.resolve();

  /** Shows them from now on. */
  constructor(cameras: Cameras, channels: Channels, options: ViewOptions) {
    this.#channels = channels;
    this.#options = options;
    this.#changes = cameras.subscribe();
    // Those that are known are there at once.
    if (cameras.latest) this.#show(cameras.latest);
    this.#following = this.#follow();
  }

  async #follow(): Promise<void> {
    try {
      for await (const cameras of this.#changes) this.#show(cameras);
    } catch {
      // Whoever closes the cameras with an error reports it.
    }
  }

  #show(cameras: ReadonlyMap<string, Feed>): void {
    this.#rename(cameras);
    for (const [name, exhibit] of this.#exhibits) exhibit.show(cameras.get(name));
    for (const [name, feed] of cameras) {
      const exhibit = this.#exhibits.get(name) ?? this.#open(name);
      exhibit.show(feed);
      // In their order, behind those that have gone.
      this.#exhibits.delete(name);
      this.#exhibits.set(name, exhibit);
    }
    for (const [name, exhibit] of this.#exhibits) {
      if (this.#exhibits.size <= cameras.size + MAX_GONE) break;
      this.#exhibits.delete(name);
      this.#close(exhibit);
    }
    this.#channels.show(this.#exhibits);
  }

  /** Who watches a camera stays when only its name has changed. */
  #rename(cameras: ReadonlyMap<string, Feed>): void {
    const old = [...this.#exhibits].filter(([name]) => !cameras.has(name));
    for (const [name, feed] of cameras) {
      const [before, exhibit] = old.find(([, { feed: shown }]) => shown === feed) ?? [];
      if (before === undefined || !exhibit || this.#exhibits.has(name)) continue;
      this.#exhibits.delete(before);
      this.#exhibits.set(name, exhibit);
      exhibit.name = name;
    }
  }

  #open(name: string): Exhibit {
    const { here, onTrouble } = this.#options;
    const exhibit: Exhibit = new Exhibit(name, {
      here,
      onTrouble: (reason) =>
        onTrouble(this.#exhibits.size > 1 ? `${exhibit.name}: ${reason}` : reason),
    });
    return exhibit;
  }

  #close(exhibit: Exhibit): void {
    this.#closing = Promise.all([this.#closing, exhibit[Symbol.asyncDispose]()]).then(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#changes.return();
    await this.#following;
    for (const exhibit of this.#exhibits.values()) this.#close(exhibit);
    await this.#closing;
  }
}
