/**
 * A viewer of `/stream` in a process of its own, and what it has seen.
 *
 * @module
 */

import { Program } from "./programs.ts";

/** What came: a new picture, the last one again, or a notice; or what the connection did. */
export interface Seen {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly what: "open" | "end" | "picture" | "same" | "notice";
}

/** How many pictures in a row show that a fault is over. */
const PICTURES = 10;
/** The shortest gap between two pictures that a person notices, in milliseconds. */
const GAP_MS = 500;

/** A fault as a viewer saw it. */
export interface Outage {
  /** When the first picture after it came, in milliseconds since 1970. */
  readonly overAt: number;
  /** How long no new picture came, in milliseconds; 0 if nobody would notice. */
  readonly ms: number;
  /** In words. */
  readonly saw: string;
}

/** How to run the viewer. */
export interface WatchOptions {
  /** Whether to connect again when the connection has ended, as the page does. */
  readonly retry?: boolean;
  /** What to put in front of the command, such as `ip netns exec NAME`. */
  readonly inside?: readonly string[];
}

/** A viewer. Disposing of it ends it. */
export class StreamViewer implements AsyncDisposable {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Starts a viewer, and waits until it has seen pictures for a second. */
  static async watch(
    url: string,
    { retry, inside = [] }: WatchOptions = {},
  ): Promise<StreamViewer> {
    const script = ["run", "-A", "tests/support/watch_stream.ts", url, ...retry ? ["retry"] : []];
    const [command, ...args] = [...inside, Deno.execPath(), ...script];
    const viewer = new StreamViewer(new Program(command, args));
    await viewer.pictures(30);
    return viewer;
  }

  /** All it has seen. */
  get seen(): Seen[] {
    const lines = this.#program.stdout.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }

  /** How many connections it has opened. */
  get connections(): number {
    return this.seen.filter(({ what }) => what === "open").length;
  }

  /** Waits until this many new pictures have come since then. */
  async pictures(count: number, since: number = 0, patienceMs?: number): Promise<Seen[]> {
    const come = () => this.seen.filter(({ at, what }) => what === "picture" && at > since);
    await this.#program.until(() => come().length >= count, `${count} pictures`, patienceMs);
    return come();
  }

  /** Waits until a fault is over: until pictures come after its cause has ended. */
  async outage(
    { began, ended = began, patienceMs }: { began: number; ended?: number; patienceMs?: number },
  ): Promise<Outage> {
    await this.pictures(PICTURES, ended, patienceMs);
    const pictures = this.seen.filter(({ what }) => what === "picture").map(({ at }) => at);
    let [from, to] = [began, began];
    for (let i = 1; i < pictures.length; i++) {
      if (pictures[i] < began || pictures[i] - pictures[i - 1] <= to - from) continue;
      [from, to] = [pictures[i - 1], pictures[i]];
    }
    if (to - from < GAP_MS) return { overAt: ended, ms: 0, saw: "pictures without a gap" };
    return { overAt: to, ms: to - from, saw: this.#words(from, to) };
  }

  #words(from: number, to: number): string {
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    const during = this.seen.filter(({ at }) => at >= from && at <= to);
    const notices = during.filter(({ what }) => what === "notice");
    const words = [`the last picture for ${seconds((notices[0]?.at ?? to) - from)}`];
    if (notices.length > 0) words.push(`the reason in words for ${seconds(to - notices[0].at)}`);
    let silence = 0;
    for (let i = 1; i < during.length; i++) {
      silence = Math.max(silence, during[i].at - during[i - 1].at);
    }
    if (silence > 3000) words.push(`nothing at all of it for ${seconds(silence)}`);
    if (during.some(({ what }) => what === "end")) words.push("its connection ended");
    return words.join(", ");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
