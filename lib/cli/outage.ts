/**
 * How often a lasting outage is reported again, in milliseconds, so that the program does not look
 * hung.
 */
export const REMIND_MS = 30_000;
/** How many reasons of one outage are reported at once; others wait for the next reminder. */
export const MAX_REASONS = 5;

/** Something that is tried again until it works: decides what to report, and when. */
export class Outage implements Disposable {
  readonly #remind: (reason: string, duration: string) => void;
  readonly #remindMs: number;
  readonly #reported = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #reason = "";
  #since = 0;

  /** @param remind reports the newest reason, every `remindMs` milliseconds while the outage lasts. */
  constructor(remind: (reason: string, duration: string) => void, remindMs: number = REMIND_MS) {
    this.#remind = remind;
    this.#remindMs = remindMs;
  }

  /** Takes the reason of a failure. Returns whether it is new; a new one is reported at once. */
  add(reason: string): boolean {
    this.#reason = reason;
    if (this.#timer === undefined) {
      this.#since = performance.now();
      this.#timer = setInterval(() => {
        this.#remind(this.#reason, durationOf(performance.now() - this.#since));
      }, this.#remindMs);
    }
    if (this.#reported.has(reason) || this.#reported.size >= MAX_REASONS) return false;
    this.#reported.add(reason);
    return true;
  }

  /** Takes a success. Returns whether it failed before. */
  end(): boolean {
    const wasOut = this.#timer !== undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#reported.clear();
    return wasOut;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** A duration in its two largest units: `30 s`, `2 min 30 s`, `1 h 5 min`. */
export function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = [[hours, "h"], [minutes, "min"], [seconds % 60, "s"]] as const;
  const first = Math.max(0, parts.findIndex(([count]) => count > 0));
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ") || "0 s";
}
