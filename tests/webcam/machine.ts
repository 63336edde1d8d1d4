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
export type Order =
  | "deny"
  | "occupy"
  | "release"
  | "pull"
  | "return"
  | "twins"
  | "pull-first"
  | "return-first"
  | "swap";

/** The permissions of `deno task server`, as far as they matter for webcams. */
export const LEAST = [
  ...["--no-prompt", "--allow-net", "--allow-env", "--allow-sys", "--allow-read=."],
  "--allow-run=ffmpeg,v4l2-ctl,jpegtran",
];

/** What a machine is booted with. */
export interface MachineOptions {
  readonly camera: "raw" | "mjpeg" | "none";
  /** Of `server.ts`. */
  readonly args?: readonly string[];
  /** What Deno allows it; everything by default. */
  readonly permissions?: readonly string[];
  /** What to do before it starts. */
  readonly before?: Order;
}

/** A booted machine that runs `server.ts`. */
export class Machine implements AsyncDisposable {
  readonly #folder: string;
  /** The server in the machine. */
  readonly program: Program;
  /** The port on this machine that leads to the server. */
  readonly port: number;

  private constructor(
    { camera, args = [], permissions = ["-A"] }: MachineOptions,
    folder: string,
  ) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    this.#folder = folder;
    const server = [Deno.execPath(), "run", ...permissions, "server.ts", ...args];
    this.program = new Program(VM!, [
      ...["--camera", camera, "--forward", `${this.port}:9999`],
      ...["tests/webcam/guest.sh", ...server],
    ], { WEBCAM_VM_OUT: folder });
  }

  /** Boots a machine, and carries out `before` before the server starts. */
  static async boot(options: MachineOptions): Promise<Machine> {
    const folder = await Deno.makeTempDir();
    if (options.before) await Deno.writeTextFile(`${folder}/${options.before}`, "");
    return new Machine(options, folder);
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
