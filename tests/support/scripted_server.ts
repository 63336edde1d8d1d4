/**
 * A server that does on the wire just what a test tells it to.
 *
 * @module
 */

import { WireClient } from "./wire_client.ts";

/** Runs `script` with each client; then only reads, until the client leaves. */
export class ScriptedServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;

  constructor(script: (client: WireClient) => Promise<void>) {
    this.#serving = this.#serve(script).catch(() => {});
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #serve(script: (client: WireClient) => Promise<void>): Promise<void> {
    for await (const conn of this.#listener) {
      using client = WireClient.of(conn);
      try {
        await script(client);
        while (await client.payload() !== undefined);
      } catch {
        // The client left in the middle.
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}
