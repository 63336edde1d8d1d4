import type { DecodeStage } from "../decode/stage.ts";
import type { Controls } from "../flow/controls.ts";
import { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Frame } from "../frame/frame.ts";
import type { FeedState } from "../http/state.ts";
import { feedState } from "./feed_state.ts";
import { Publication } from "./publication.ts";

/** Of a feed without controls. */
const NONE = new Hub<Controls>();
NONE.publish({ list: [] });

/** What a view is told by whoever shows it. */
export interface ViewOptions {
  /** The source that `/state` names when the camera is in this program. */
  readonly here: () => { readonly host: string; readonly port: number };
  /** Whether viewers may change what it has controls for. */
  readonly allowControl?: boolean;
  /** Hears each time that its frames begin to be refused. */
  readonly onTrouble: (reason: string) => void;
}

/** A stage, as viewers see it. */
export class View implements Disposable {
  readonly #stage: DecodeStage;
  readonly #publication: Publication;
  readonly #options: ViewOptions;
  /** What viewers may change; undefined if they may not. */
  readonly controls: Hub<Controls> | undefined;
  /** While somebody subscribes, the controls are known. */
  readonly #knowing: Mailbox<Controls> | undefined;

  constructor(stage: DecodeStage, options: ViewOptions) {
    this.#stage = stage;
    this.#publication = new Publication(stage, options.onTrouble);
    this.#options = options;
    this.controls = options.allowControl ? stage.controls ?? NONE : undefined;
    this.#knowing = this.controls?.subscribe();
  }

  /** The frames that are fit to be seen. */
  get frames(): Hub<Frame> {
    return this.#stage.frames;
  }

  /** What `/state` says of them. */
  readonly readState = (): FeedState =>
    feedState(this.#stage, this.#options.here(), this.#publication.reason);

  [Symbol.dispose](): void {
    this.#publication[Symbol.dispose]();
    this.#knowing?.return();
  }
}
