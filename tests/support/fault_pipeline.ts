/**
 * A server, a client and a viewer, for tests that break one of them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { eventually } from "./eventually.ts";
import { partsOf } from "./multipart.ts";
import { freePort } from "./ports.ts";
import { clientUrl, type Program, serverPort, startClient, startServer } from "./programs.ts";
import { record } from "./reliability.ts";
import { descriptorsOf } from "./vitals.ts";
import { StreamViewer, type WatchOptions } from "./stream_viewer.ts";

/** How long to wait for a recovery, in milliseconds. */
const PATIENCE_MS = 60_000;

/** How to start a pipeline; the defaults are a user's. */
export interface PipelineOptions {
  /** The server's arguments, except for its address. */
  readonly camera?: readonly string[];
  /** The host that the client connects to. */
  readonly host?: string;
  /** The address that the server listens on. */
  readonly serverHost?: string;
  readonly clientArgs?: readonly string[];
  readonly startServer?: (...args: string[]) => Program;
  readonly startClient?: (...args: string[]) => Program;
  readonly watch?: WatchOptions;
  /** Waits for the first notice; needed if this process cannot reach the client. */
  readonly warmUp?: (url: string) => Promise<void>;
}

/** A source of log lines: a program, or the file that it logs to. */
export interface Teller {
  readonly stderr: string;
}

/** How a pipeline must recover from a fault. */
export interface Expected {
  /** The fault's name in the table. */
  readonly fault: string;
  /** When the fault began and when its cause ended, in milliseconds since 1970. */
  readonly began: number;
  readonly ended?: number;
  /** Who logs the fault, and the one line about it. */
  readonly told: readonly ["server" | "client" | Teller, RegExp];
  /** How many descriptors are known to stay open, without growing further. */
  readonly leaves?: number;
  /** Waits for the recovery if the viewer cannot see it; returns the time. */
  readonly over?: () => Promise<number>;
  /** Whether it happens, and is logged, more than once. */
  readonly often?: boolean;
}

/** A running server, client and viewer; disposing of it ends them. */
export class FaultPipeline implements AsyncDisposable {
  server!: Program;
  client!: Program;
  viewer!: StreamViewer;
  readonly port = String(freePort());
  httpPort = "0";
  readonly #options: PipelineOptions;
  readonly #all: AsyncDisposable[] = [];
  readonly #descriptors = new Map<Program, number>();
  /** The length of each log before the fault. */
  readonly #marks = new Map<Teller, number>();

  private constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Starts all three, and waits until the viewer has seen a second of the stream. */
  static async start(options: PipelineOptions = {}): Promise<FaultPipeline> {
    const pipeline = new FaultPipeline(options);
    try {
      // The client draws its first notice before anything is counted, because the thread for it
      // stays from then on.
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

  /** Starts a server, on the same port each time. */
  async startServer(): Promise<void> {
    const { camera = ["--device", "test"], serverHost = "127.0.0.1" } = this.#options;
    const size = ["--size", "320x240"];
    const start = this.#options.startServer ?? startServer;
    this.server = start(...camera, ...size, "--host", serverHost, "--port", this.port);
    this.#all.unshift(this.server);
    await serverPort(this.server);
  }

  /** Starts a client, on the same port each time. */
  async startClient(): Promise<void> {
    const { host = "127.0.0.1", clientArgs = [] } = this.#options;
    const start = this.#options.startClient ?? startClient;
    const ports = ["--port", this.port, "--http-port", this.httpPort];
    // A second thread would start, and open its descriptors, whenever the machine is busy.
    const args = ["--workers", "1", ...clientArgs];
    this.client = start("--host", host, ...ports, ...args);
    this.#all.unshift(this.client);
    this.httpPort = new URL(await clientUrl(this.client)).port;
  }

  /** The process id of the server's ffmpeg. */
  async ffmpeg(): Promise<number> {
    const children = await this.server.children();
    assertEquals(children.length, 1, "the server must have one child, ffmpeg");
    return children[0];
  }

  /** The client's `/state`. */
  // deno-lint-ignore no-explicit-any -- each test reads other fields
  async state(): Promise<any> {
    return await (await fetch(`http://127.0.0.1:${this.httpPort}/state`)).json();
  }

  /** Waits for the recovery; fails if it is not as expected. */
  async recovers({ fault, began, ended = began, ...more }: Expected): Promise<void> {
    const { told: [who, words], leaves = 0, over, often } = more;
    const otherwise = await over?.();
    const { overAt, saw } = await this.viewer.outage({ began, ended, patienceMs: PATIENCE_MS });
    const recoveryMs = Math.max(0, (otherwise ?? overAt) - ended);
    if (!this.#options.watch?.retry) assertEquals(this.viewer.connections, 1, saw);
    const teller = typeof who === "string" ? this[who] : who;
    const lines = () => {
      const said = teller.stderr.slice(this.#marks.get(teller) ?? 0);
      return said.split("\n").filter((line) => words.test(line));
    };
    await eventually(
      () => lines().length > 0,
      () => `the log never had ${words}: ${teller.stderr}`,
    );
    if (!often) assertEquals(lines().length, 1, `it must be logged once: ${this.#said()}`);
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

/** Waits until a viewer gets the notice with the reason. */
export async function seeNotice(url: string): Promise<void> {
  const parts = partsOf(await fetch(url));
  await parts.next();
  await parts.return(undefined);
}
