import { checkFrames } from "../decode/check_frames.ts";
import { type DecodeStage, isDecodeStage } from "../decode/stage.ts";
import type { Feed } from "../flow/feed.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import type { FeedState } from "../http/state.ts";
import { feedState } from "./feed_state.ts";
import { Publication } from "./publication.ts";

/** What a view is told by whoever shows it. */
export interface ViewOptions {
  /** The source that `/state` names when the camera is in this program. */
  readonly here: () => { readonly host: string; readonly port: number };
  /** Hears each time that its frames begin to be refused. */
  readonly onTrouble: (reason: string) => void;
}

/** A feed, made fit to be seen: its frames are checked, unless it is a decoder's already. */
export class View implements AsyncDisposable {
  readonly #stage: DecodeStage;
  readonly #publication: Publication;
  readonly #options: ViewOptions;
  readonly #isOwn: boolean;

  constructor(feed: Feed | DecodeStage, options: ViewOptions) {
    this.#isOwn = !isDecodeStage(feed);
    this.#stage = isDecodeStage(feed) ? feed : checkFrames(feed);
    this.#publication = new Publication(this.#stage, options.onTrouble);
    this.#options = options;
  }

  /** The frames that are fit to be seen. */
  get frames(): Hub<Frame> {
    return this.#stage.frames;
  }

  /** What `/state` says of them. */
  readonly readState = (): FeedState =>
    feedState(this.#stage, this.#options.here(), this.#publication.reason);

  async [Symbol.asyncDispose](): Promise<void> {
    this.#publication[Symbol.dispose]();
    if (this.#isOwn) await this.#stage[Symbol.asyncDispose]();
  }
}
