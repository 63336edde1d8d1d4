import type { DecodeStage } from "../decode/stage.ts";
import type { Controls } from "../flow/controls.ts";
import { Hub } from "../flow/hub.ts";
import type { Mailbox } from "../flow/mailbox.ts";
import type { Frame } from "../frame/frame.ts";
import type { FeedState } from "../http/state.ts";
import { feedState } from "./feed_state.ts";
import { Publication } from "./publication.ts";

/** The controls of a feed that has none. */
const NONE = new Hub<Controls>();
NONE.publish({ list: [] });

/** Options of a view. */
export interface ViewOptions {
  /** The source that `/state` names if the camera is in this program. */
  readonly here: () => { readonly host: string; readonly port: number };
  /** Whether viewers may change its controls. */
  readonly allowControl?: boolean;
  /** Called each time that refusals of its frames begin. */
  readonly onTrouble: (reason: string) => void;
}

/** A stage, as viewers see it. */
export class View implements Disposable {
  readonly #stage: DecodeStage;
  readonly #publication: Publication;
  readonly #options: ViewOptions;
  /** The controls that viewers may change; undefined if they may not. */
  readonly controls: Hub<Controls> | undefined;
  /** A subscription keeps the controls known. */
  readonly #knowing: Mailbox<Controls> | undefined;

  constructor(stage: DecodeStage, options: ViewOptions) {
    this.#stage = stage;
    this.#publication = new Publication(stage, options.onTrouble);
    this.#options = options;
    this.controls = options.allowControl ? stage.controls ?? NONE : undefined;
    this.#knowing = this.controls?.subscribe();
  }

  /** The frames that can be shown. */
  get frames(): Hub<Frame> {
    return this.#stage.frames;
  }

  /** Their `/state`. */
  readonly readState = (): FeedState =>
    feedState(this.#stage, this.#options.here(), this.#publication.reason);

  [Symbol.dispose](): void {
    this.#publication[Symbol.dispose]();
    this.#knowing?.return();
  }
}
