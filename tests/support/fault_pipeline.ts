/**
 * Server, client and a viewer, for tests that break one of them.
 *
 * @module
 */

import { assertEquals, assertLess } from "@std/assert";
import { eventually } from "./eventually.ts";
import { partsOf } from "./multipart.ts";
import { freePort } from "./ports.ts";
import { clientUrl, type Program, serverPort, startClient, startServer } from "./programs.ts";
import { record } from "./reliability.ts";
import { descriptorsOf } from "./vitals.ts";
import { StreamViewer, type WatchOptions } from "./stream_viewer.ts";

/** How soon pictures come again when the end of a fault shows at once, in milliseconds. */
export const AT_ONCE_MS = 5000;
/** The same where only a timeout can find it out, in milliseconds. */
export const TIMEOUT_MS = 10_000;

/** How a pipeline is started; what is left out is as a user starts it. */
export interface PipelineOptions {
  /** What the server is told, besides where to listen. */
  readonly camera?: readonly string[];
  /** Where the client finds the server. */
  readonly host?: string;
  /** Where the server listens. */
  readonly serverHost?: string;
  readonly clientArgs?: readonly string[];
  readonly startServer?: (...args: string[]) => Program;
  readonly startClient?: (...args: string[]) => Program;
  readonly watch?: WatchOptions;
  /** Waits for the first notice, where that cannot be seen from here. */
  readonly warmUp?: (url: string) => Promise<void>;
}

/** Who has said something: a program, or a file that it has written it to. */
export interface Teller {
  readonly stderr: string;
}

/** What is expected after a fault. */
export interface Expected {
  /** The fault, for the table. */
  readonly fault: string;
  /** When it began and when its cause had ended, in milliseconds since 1970. */
  readonly began: number;
  readonly ended?: number;
  /** How soon pictures come again after that, in milliseconds. */
  readonly withinMs: number;
  /** What is said of it, once, and by whom. */
  readonly told: readonly ["server" | "client" | Teller, RegExp];
  /** Descriptors that stay open afterwards, where that is known and does not go on. */
  readonly leaves?: number;
  /** Waits until it is over, where that is not seen by the viewer; gives the time of it. */
  readonly over?: () => Promise<number>;
  /** Whether it happens, and is said, more than once. */
  readonly often?: boolean;
}

/** All three, running. Disposing of it ends them. */
export class FaultPipeline implements AsyncDisposable {
  server!: Program;
  client!: Program;
  viewer!: StreamViewer;
  readonly port = String(freePort());
  httpPort = "0";
  readonly #options: PipelineOptions;
  readonly #all: AsyncDisposable[] = [];
  readonly #descriptors = new Map<Program, number>();
  /** How much each had said before anything happened. */
  readonly #marks = new Map<Teller, number>();

  private constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Starts them; the viewer has seen a second of pictures then. */
  static async start(options: PipelineOptions = {}): Promise<FaultPipeline> {
    const pipeline = new FaultPipeline(options);
    try {
      // The client first, and the notice that there is no server yet: what is started with the
      // first notice is there then, and is no growth later.
      await pipeline.startClient();
      const url = `http://127.0.0.1:${pipeline.httpPort}/stream`;
      await (options.warmUp ?? seeNotice)(url);
      await pipeline.startServer();
      pipeline.viewer = await StreamViewer.watch(url, options.watch);
      pipeline.#all.unshift(pipeline.viewer);
      for (const program of [pipeline.server, pipeline.client]) {
        pipeline.#descriptors.set(program, descriptorsOf(program.pid));
        pipeline.#marks.set(program, program.stderr.length);
      }
      return pipeline;
    } catch (error) {
      await pipeline[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a server on the port that the last one had. */
  async startServer(): Promise<void> {
    const { camera = ["--device", "test"], serverHost = "127.0.0.1" } = this.#options;
    const size = ["--size", "320x240"];
    const start = this.#options.startServer ?? startServer;
    this.server = start(...camera, ...size, "--host", serverHost, "--port", this.port);
    this.#all.unshift(this.server);
    await serverPort(this.server);
  }

  /** Starts a client on the port that the last one had. */
  async startClient(): Promise<void> {
    const { host = "127.0.0.1", clientArgs = [] } = this.#options;
    const start = this.#options.startClient ?? startClient;
    const ports = ["--port", this.port, "--http-port", this.httpPort];
    this.client = start("--host", host, ...ports, ...clientArgs);
    this.#all.unshift(this.client);
    this.httpPort = new URL(await clientUrl(this.client)).port;
  }

  /** The server's ffmpeg. */
  async ffmpeg(): Promise<number> {
    const children = await this.server.children();
    assertEquals(children.length, 1, "the server has one child, ffmpeg");
    return children[0];
  }

  /** What the client says of itself. */
  // deno-lint-ignore no-explicit-any -- the tests read what they are about
  async state(): Promise<any> {
    return await (await fetch(`http://127.0.0.1:${this.httpPort}/state`)).json();
  }

  /** Waits until a fault is over; fails where it does not end as it should. */
  async recovers({ fault, began, ended = began, withinMs, ...more }: Expected): Promise<void> {
    const { told: [who, words], leaves = 0, over, often } = more;
    const patienceMs = withinMs + 20_000;
    const otherwise = await over?.();
    const { overAt, saw } = await this.viewer.outage({ began, ended, patienceMs });
    const recoveryMs = Math.max(0, (otherwise ?? overAt) - ended);
    assertLess(recoveryMs, withinMs, `pictures came again too late: ${this.#said()}`);
    if (!this.#options.watch?.retry) assertEquals(this.viewer.connections, 1, saw);
    const teller = typeof who === "string" ? this[who] : who;
    const lines = () => {
      const said = teller.stderr.slice(this.#marks.get(teller) ?? 0);
      return said.split("\n").filter((line) => words.test(line));
    };
    await eventually(() => lines().length > 0, () => `nobody said ${words}: ${teller.stderr}`);
    if (!often) assertEquals(lines().length, 1, `it is said once: ${this.#said()}`);
    await this.#leavesNothing(leaves);
    await record({ fault, saw, recoveryMs, told: lines()[0].replaceAll("|", "\\|") });
  }

  async #leavesNothing(leaves: number): Promise<void> {
    let found: string[] = [];
    await eventually(async () => {
      const processes = [
        ...(await this.server.children()).slice(1),
        ...await this.client.children(),
      ];
      found = processes.map((pid) => `process ${pid}`);
      for (const program of [this.server, this.client]) {
        const more = descriptorsOf(program.pid) - (this.#descriptors.get(program) ?? Infinity);
        if (more > leaves) found.push(`${more} descriptors of ${program.pid}`);
      }
      return found.length === 0;
    }, () => `left behind: ${found.join(", ")}`);
  }

  #said(): string {
    return `server: ${this.server.stderr}\nclient: ${this.client.stderr}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#all) await program[Symbol.asyncDispose]();
  }
}

/** Waits until a viewer is told why there are no pictures. */
export async function seeNotice(url: string): Promise<void> {
  const parts = partsOf(await fetch(url));
  await parts.next();
  await parts.return(undefined);
}
