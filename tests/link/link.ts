/**
 * A real link between a server and a client, in three network namespaces. The middle one is a router
 * with a narrow link to the client (`tc tbf`), and a slow one to the server (far.py, because not every
 * kernel has `netem`).
 *
 * @module
 */

import { Program } from "../support/programs.ts";

/** Bandwidth and delay of a link. */
export interface LinkOptions {
  readonly mbits: number;
  readonly roundTripMs: number;
}

/** How much the router queues for the client before it drops, in milliseconds at full rate. */
const ROUTER_BUFFER_MS = 200;
/** The server's address, seen from the client. */
export const SERVER_ADDRESS = "10.83.0.1";

let made = 0;

async function ip(...args: string[]): Promise<void> {
  await command("ip", ...args);
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (success) return;
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** A link with the programs at both ends. Disposing of it ends the programs and removes the link. */
export class Link implements AsyncDisposable {
  readonly #name: string;
  readonly #programs: Program[] = [];
  #far: Program | undefined;

  private constructor(name: string) {
    this.#name = name;
  }

  static async make({ mbits, roundTripMs }: LinkOptions): Promise<Link> {
    const name = `sc${Deno.pid}n${made++}`;
    const link = new Link(name);
    const [server, router, client] = [`${name}s`, `${name}r`, `${name}c`];
    try {
      for (const namespace of [server, router, client]) {
        await ip("netns", "add", namespace);
        await ip("-n", namespace, "link", "set", "lo", "up");
      }
      // TUN devices are created here and then moved; far.py can still read them.
      const [near, far] = [`${name}t`, `${name}u`];
      link.#far = new Program("python3", ["tests/link/far.py", near, far, `${roundTripMs / 2}`]);
      await link.#far.says(/ready/);
      const up = async (namespace: string, device: string, address: string) => {
        await ip("-n", namespace, "addr", "add", address, "dev", device);
        await ip("-n", namespace, "link", "set", device, "up");
      };
      await ip("link", "set", near, "netns", server);
      await ip("link", "set", far, "netns", router);
      await up(server, near, `${SERVER_ADDRESS}/24`);
      await up(router, far, "10.83.0.2/24");
      await ip("-n", router, "link", "add", "name", "way", "type", "veth", "peer", "name", "end");
      await ip("-n", router, "link", "set", "end", "netns", client);
      await up(router, "way", "10.83.1.1/24");
      await up(client, "end", "10.83.1.2/24");
      // The default of most systems; BBR takes seconds to notice that a link has become wider.
      const cubic = ["congctl", "cubic"];
      await ip("-n", server, "route", "add", "default", "via", "10.83.0.2", ...cubic);
      await ip("-n", client, "route", "add", "default", "via", "10.83.1.1");
      await ip("netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
      await link.narrow(mbits);
      return link;
    } catch (error) {
      await link[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Limits the bandwidth from now on. */
  async narrow(mbits: number): Promise<void> {
    await command(
      ...["ip", "netns", "exec", `${this.#name}r`, "tc", "qdisc", "replace", "dev", "way"] as const,
      ...["root", "tbf", "rate", `${mbits}mbit`, "burst", "16kb"],
      ...["latency", `${ROUTER_BUFFER_MS}ms`],
    );
  }

  /** Carries nothing from now on; neither end is told. */
  cut(): void {
    this.#far!.kill("SIGSTOP");
  }

  /** Carries again. */
  restore(): void {
    this.#far!.kill("SIGCONT");
  }

  /** The command that starts a program at one end. */
  at(end: "server" | "client"): string[] {
    return ["ip", "netns", "exec", `${this.#name}${end[0]}`];
  }

  /** Starts a script at one end. */
  start(end: "server" | "client", script: string, ...args: string[]): Program {
    const deno = [Deno.execPath(), "run", "-A", script, ...args];
    const [ip, ...rest] = this.at(end);
    const program = new Program(ip, [...rest, ...deno]);
    this.#programs.push(program);
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) await program[Symbol.asyncDispose]();
    if (this.#far) this.restore();
    await this.#far?.[Symbol.asyncDispose]();
    for (const end of "src") await ip("netns", "del", this.#name + end).catch(() => {});
  }
}
