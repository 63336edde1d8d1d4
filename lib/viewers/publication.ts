import type { DecodeStage } from "../decode/stage.ts";

/** How long frames may come without one being shown, in milliseconds. */
export const UNSHOWN_MS = 3000;
/** How often to check, in milliseconds. */
const LOOK_MS = 500;

interface Sample {
  readonly at: number;
  readonly published: number;
  readonly corrupt: number;
}

/** Watches whether a stage shows any frames: a camera can be live while every frame is refused. */
export class Publication implements Disposable {
  readonly #stage: DecodeStage;
  readonly #onReason: (reason: string) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #samples: Sample[] = [];
  #reason: string | undefined;

  /** Watches a stage. @param onReason called each time that refusals begin. */
  constructor(stage: DecodeStage, onReason: (reason: string) => void) {
    this.#stage = stage;
    this.#onReason = onReason;
    this.#timer = setInterval(() => this.#look(performance.now()), LOOK_MS);
  }

  /** Why no frame is shown although frames come; undefined while frames are shown, or none come. */
  get reason(): string | undefined {
    return this.#reason;
  }

  #look(at: number): void {
    const { published, corrupt } = this.#stage.counts;
    this.#samples = this.#samples.filter((sample) => sample.at >= at - UNSHOWN_MS - LOOK_MS);
    this.#samples.push({ at, published, corrupt });
    const [oldest] = this.#samples;
    const refused = corrupt - oldest.corrupt;
    const isUnshown = at - oldest.at >= UNSHOWN_MS && published === oldest.published && refused > 0;
    const was = this.#reason;
    this.#reason = isUnshown
      ? `all ${refused} frames of the last ${UNSHOWN_MS / 1000} s were refused: ` +
        (this.#stage.lastError ?? "they do not decode")
      : undefined;
    if (this.#reason !== undefined && was === undefined) this.#onReason(this.#reason);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
