/**
 * Server, client and viewers at full rate, each in its own process.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import type { State } from "../../lib/http/state.ts";
import { eventually } from "../support/eventually.ts";
import { seeNotice } from "../support/fault_pipeline.ts";
import { freePort } from "../support/ports.ts";
import { clientUrl, Program, serverPort } from "../support/programs.ts";
import { vitalsOf } from "../support/vitals.ts";
import type { Need, Sample } from "./record.ts";
import type { Gap, Seen } from "./viewers.ts";

/** The viewers that stay: a steady one, a slow one, and one that reads nothing. */
const STAYING = 3;
/**
 * A measurement at rest collects garbage this often and samples the process this often after each
 * collection. The smallest value counts, because frames continue: a second after a collection there
 * are 2 MiB of garbage again. In the 10 s that this takes, idle threads end as well.
 */
const COLLECTIONS = 10;
const LOOKS = 10;
const LOOK_MS = 100;
/** How long the client is suspended at first, in milliseconds. */
const PAUSE_MS = 500;

/** The V8 flags of the tasks `server` and `client`, and access to the garbage collector. */
const FLAGS = "--expose-gc,--max-semi-space-size=1";

/** The running programs; disposing of it ends them. */
export class Rig implements AsyncDisposable {
  server!: Program;
  readonly #stack = new AsyncDisposableStack();
  #client!: Program;
  #url!: URL;
  #viewers!: string;
  #startedAt!: number;
  #rests = 0;

  private constructor() {}

  /** Starts everything, and waits until a viewer has received the first frame. */
  static async start(): Promise<Rig> {
    const rig = new Rig();
    const where = ["--host", "127.0.0.1", "--port", String(freePort())];
    // The client first draws a notice, because the thread for that stays from then on.
    rig.#client = rig.#run("client.ts", ...where, "--http-port", "0");
    rig.#url = new URL(await clientUrl(rig.#client));
    await seeNotice(`${rig.#url.origin}/stream`);
    rig.server = rig.#run("server.ts", "--device", "test", ...where);
    await serverPort(rig.server);
    const args = ["run", "-A", "tests/endurance/viewers.ts", rig.#url.href];
    const viewers = rig.#stack.use(new Program(Deno.execPath(), args));
    [, rig.#viewers] = await viewers.says(/^viewers: (.+)$/m);
    await eventually(async () => (await rig.seen()).frames > 0, () => "no viewer receives a frame");
    // After a pause, all that has waited comes at once and starts the threads that a busy moment needs.
    rig.#client.kill("SIGSTOP");
    await delay(PAUSE_MS);
    rig.#client.kill("SIGCONT");
    rig.#startedAt = performance.now();
    return rig;
  }

  #run(script: string, ...args: string[]): Program {
    const hook = [`--v8-flags=${FLAGS}`, "--preload", "tests/endurance/collect.ts"];
    return this.#stack.use(new Program(Deno.execPath(), ["run", "-A", ...hook, script, ...args]));
  }

  /** Minutes since the first frame. */
  get minute(): number {
    return (performance.now() - this.#startedAt) / 60_000;
  }

  /** What the viewers have received so far; fails if one of them had an error. */
  async seen(): Promise<Seen> {
    const seen: Seen = await (await fetch(this.#viewers)).json();
    assertEquals(seen.errors, []);
    return seen;
  }

  /** Reads `/state` over a connection that is closed afterwards. */
  async #state(): Promise<State> {
    const { hostname, port } = this.#url;
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode("GET /state HTTP/1.0\r\n\r\n"));
    const text = await new Response(connection.readable).text();
    return JSON.parse(text.slice(text.indexOf("\r\n\r\n")));
  }

  /** Kills ffmpeg; returns how long it took until there was a new frame, in milliseconds. */
  async killCamera(): Promise<number> {
    const [ffmpeg] = await this.server.children();
    const killedAt = Date.now();
    Deno.kill(ffmpeg, "SIGKILL");
    const gap: Gap = await (await fetch(`${this.#viewers}/gap?after=${killedAt}`)).json();
    return gap.until - killedAt;
  }

  /** Reads all values once. */
  async sample(): Promise<Sample> {
    const { minute } = this;
    const [camera] = await this.server.children();
    const [server, client, ffmpeg, { latencyMs }, { ages, frames }] = await Promise.all([
      vitalsOf(this.server.pid),
      vitalsOf(this.#client.pid),
      // ffmpeg may be dead, or die meanwhile.
      camera === undefined ? undefined : vitalsOf(camera).catch(() => undefined),
      this.#state(),
      this.seen(),
    ]);
    const [latency, age] = [latencyMs, ages].map(({ p50, p95 }) => ({ p50: p50!, p95: p95! }));
    return { minute, server, client, ffmpeg, latency, age, frames };
  }

  /** Pauses the visitors, and measures the resources that the programs need. */
  async rest(): Promise<{ minute: number; server: Need; client: Need }> {
    await fetch(`${this.#viewers}/quiet`, { method: "POST" });
    const isQuiet = async () => (await this.#state()).viewers.length === STAYING;
    await eventually(isQuiet, () => "the visitors do not leave");
    const needs = {
      minute: this.minute,
      server: await this.#need(this.server),
      client: await this.#need(this.#client),
    };
    this.#rests++;
    await fetch(`${this.#viewers}/busy`, { method: "POST" });
    return needs;
  }

  async #need(program: Program): Promise<Need> {
    const lives = [];
    const looks = [];
    for (let i = 1; i <= COLLECTIONS; i++) {
      program.kill("SIGUSR2");
      const pattern = new RegExp(`^collected ${this.#rests * COLLECTIONS + i}: (.+)$`, "m");
      lives.push(Number((await program.says(pattern))[1]));
      for (let j = 0; j < LOOKS; j++) {
        await delay(LOOK_MS);
        looks.push(await vitalsOf(program.pid));
      }
    }
    return {
      live: Math.min(...lives),
      rss: Math.min(...looks.map(({ rss }) => rss)),
      descriptors: Math.min(...looks.map(({ descriptors }) => descriptors)),
      children: (await program.children()).length,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
