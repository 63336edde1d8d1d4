/**
 * A server and a client as two processes, for a program that watches.
 *
 * @module
 */

import { clientUrl, type Program, serverPort, startClient, startServer } from "./programs.ts";

/** The arguments of the two programs, except for their addresses. */
export interface PipelineOptions {
  readonly server?: readonly string[];
  readonly client?: readonly string[];
}

/** A running server and client; disposing of it ends both. */
export class Pipeline implements AsyncDisposable {
  #server: Program;
  readonly #client: Program;
  readonly #serverArgs: readonly string[];
  /** The server's port. */
  readonly port: string;
  /** The address for viewers, without a slash at the end. */
  readonly url: string;

  private constructor(
    server: Program,
    client: Program,
    at: { port: string; url: string; serverArgs: readonly string[] },
  ) {
    this.#server = server;
    this.#client = client;
    this.#serverArgs = at.serverArgs;
    this.port = at.port;
    this.url = at.url;
  }

  /** Starts both, and waits until viewers can connect. */
  static async start({ server = [], client = [] }: PipelineOptions): Promise<Pipeline> {
    const first = startServer("--host", "127.0.0.1", "--port", "0", ...server);
    const port = await serverPort(first);
    const second = startClient(
      ...["--host", "127.0.0.1", "--port", port, "--http-port", "0", ...client],
    );
    return new Pipeline(first, second, { port, url: await clientUrl(second), serverArgs: server });
  }

  /** Kills the server as a power cut would, and waits until the client has noticed. */
  async loseServer(): Promise<void> {
    this.#server.kill("SIGKILL");
    await this.#server.ends();
    await this.#client.says(/trying again, next in/);
  }

  /** Restarts the server on the same port. */
  async returnServer(): Promise<void> {
    this.#server = startServer("--host", "127.0.0.1", "--port", this.port, ...this.#serverArgs);
    await serverPort(this.#server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
