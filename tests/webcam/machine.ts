/**
 * A virtual machine with a webcam, through the kernel's real drivers.
 *
 * `WEBCAM_VM` names the program that boots it. That takes `--camera raw|mjpeg|none`,
 * `--forward HOST_PORT:GUEST_PORT` and the command to run inside, and mounts the folder in
 * `WEBCAM_VM_OUT` as /mnt/webcam-vm.
 *
 * @module
 */

import { Program } from "../support/programs.ts";

const VM = Deno.env.get("WEBCAM_VM");
if (!VM) throw new Error("Name the program that boots a machine with a webcam in WEBCAM_VM");

/** How long the machine may take to boot and start the server, in milliseconds: it is emulated. */
export const BOOT_MS = 90_000;

/** What can be done to the camera. */
export type Order = "deny" | "occupy" | "release" | "pull" | "return";

/** A booted machine that runs `server.ts`. */
export class Machine implements AsyncDisposable {
  readonly #folder: string;
  /** The server in the machine. */
  readonly program: Program;
  /** The port on this machine that leads to the server. */
  readonly port: number;

  private constructor(camera: "raw" | "mjpeg", folder: string, args: string[]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    this.#folder = folder;
    const server = [Deno.execPath(), "run", "-A", "server.ts", ...args];
    this.program = new Program(VM!, [
      ...["--camera", camera, "--forward", `${this.port}:9999`],
      ...["tests/webcam/guest.sh", ...server],
    ], { WEBCAM_VM_OUT: folder });
  }

  /** Boots a machine, and carries out `before` before the server starts. */
  static async boot(
    { camera, args = [], before }: { camera: "raw" | "mjpeg"; args?: string[]; before?: Order },
  ): Promise<Machine> {
    const folder = await Deno.makeTempDir();
    if (before) await Deno.writeTextFile(`${folder}/${before}`, "");
    return new Machine(camera, folder, args);
  }

  /** Does something to the camera. */
  async order(order: Order): Promise<void> {
    await Deno.writeTextFile(`${this.#folder}/${order}`, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The machine is a child of the program that boots it.
    for (const pid of await this.program.children()) Deno.kill(pid, "SIGTERM");
    await this.program.ends();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
