/**
 * Server and client in network namespaces of their own, with a link that can be cut. Needs root.
 *
 * @module
 */

import { Program } from "./programs.ts";

/** The server's host name; it resolves to the server's current address. */
export const SERVER_NAME = "server.test";

/** Three namespaces: the server's, the client's, and a switch between them. */
export class SplitNetwork implements AsyncDisposable {
  readonly #name = `scf${Deno.pid}`;
  #address = "10.84.0.1";

  private constructor() {}

  /** Creates the network; undefined if this machine does not allow it. */
  static async make(): Promise<SplitNetwork | undefined> {
    const network = new SplitNetwork();
    try {
      await network.#build();
      return network;
    } catch {
      await network[Symbol.asyncDispose]();
    }
  }

  async #build(): Promise<void> {
    const [server, hub, client] = ["s", "h", "c"].map((end) => this.#name + end);
    for (const namespace of [server, hub, client]) {
      await ip("netns", "add", namespace);
      await ip("-n", namespace, "link", "set", "lo", "up");
    }
    await ip("-n", hub, "link", "add", "switch", "type", "bridge");
    await ip("-n", hub, "link", "set", "switch", "up");
    for (const [namespace, port] of [[server, "left"], [client, "right"]]) {
      const peer = ["peer", "name", "end", "netns", namespace];
      await ip("-n", hub, "link", "add", port, "type", "veth", ...peer);
      await ip("-n", hub, "link", "set", port, "master", "switch", "up");
      await ip("-n", namespace, "link", "set", "end", "up");
    }
    await ip("-n", server, "addr", "add", `${this.#address}/24`, "dev", "end");
    await ip("-n", client, "addr", "add", "10.84.0.100/24", "dev", "end");
    // `ip netns exec` mounts this file over /etc/hosts.
    await Deno.mkdir(`/etc/netns/${client}`, { recursive: true });
    await this.#nameServer();
  }

  async #nameServer(): Promise<void> {
    const lines = `127.0.0.1 localhost\n${this.#address} ${SERVER_NAME}\n`;
    await Deno.writeTextFile(`/etc/netns/${this.#name}c/hosts`, lines);
  }

  /** The prefix of a command that runs at one end. */
  at(end: "server" | "client"): string[] {
    return ["ip", "netns", "exec", this.#name + end[0]];
  }

  /** Starts server.ts or client.ts at its end. */
  start(end: "server" | "client", ...args: string[]): Program {
    const [command, ...inside] = this.at(end);
    return new Program(command, [...inside, Deno.execPath(), "run", "-A", `${end}.ts`, ...args]);
  }

  /** Drops all packets from now on; to both ends, the cable looks plugged in. */
  async cut(): Promise<void> {
    await ip("-n", `${this.#name}h`, "link", "set", "switch", "down");
  }

  /** Undoes {@linkcode cut}. */
  async restore(): Promise<void> {
    await ip("-n", `${this.#name}h`, "link", "set", "switch", "up");
  }

  /** Gives the server another address, and its name with it. */
  async moveServer(): Promise<void> {
    const server = `${this.#name}s`;
    await ip("-n", server, "addr", "del", `${this.#address}/24`, "dev", "end");
    this.#address = "10.84.0.2";
    await ip("-n", server, "addr", "add", `${this.#address}/24`, "dev", "end");
    await this.#nameServer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of ["s", "h", "c"]) await ip("netns", "del", this.#name + end).catch(() => {});
    await Deno.remove(`/etc/netns/${this.#name}c`, { recursive: true }).catch(() => {});
  }
}

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
