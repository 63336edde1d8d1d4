/**
 * Runs server.ts as on a Raspberry Pi: beside a fake `v4l2-ctl`, which prints what the real one does
 * there, and perhaps a fake `rpicam-vid`.
 *
 * @module
 */

import { parseListDevices } from "../../lib/camera/v4l2_list.ts";
import { Program } from "./programs.ts";
import * as pi from "./raspberry_pi.ts";

/** What each kind of device says of itself, by the name of its kind. */
const SAYS: Readonly<Record<string, string>> = {
  "bcm2835-codec-decode": pi.CODEC,
  "bcm2835-isp": pi.ISP,
  unicam: pi.UNICAM,
  rpivid: pi.CODEC,
  pispbe: pi.CODEC,
  "rp1-cfe": pi.CFE,
  "rpi-hevc-dec": pi.CODEC,
};
/** The permissions of the server, with which it does not see the devices of the machine that it runs on. */
const PERMISSIONS = ["--allow-net", "--allow-env", "--allow-sys", "--allow-read=."];

/** A machine; disposing of it removes its programs. */
export class PiMachine implements AsyncDisposable {
  /** The folder with its programs. */
  readonly folder: string = Deno.makeTempDirSync();

  /** @param listCommand what prints the list of devices instead of `cat`. */
  constructor(listing: string, listCommand: string = "cat") {
    const { folder } = this;
    Deno.writeTextFileSync(`${folder}/devices`, listing);
    for (const { path, name } of parseListDevices(listing)) {
      const text = SAYS[name] ?? (path.endsWith("8") ? pi.UVC_PICTURES : pi.UVC_METADATA);
      Deno.writeTextFileSync(`${folder}/${path.replace("/dev/", "")}`, text);
    }
    this.#add(
      "v4l2-ctl",
      `#!/bin/sh
      [ "$1" = --list-devices ] && exec ${listCommand} ${folder}/devices
      for last; do :; done
      exec cat ${folder}/$(basename "$last")`,
    );
  }

  #add(program: string, text: string): void {
    Deno.writeTextFileSync(`${this.folder}/${program}`, text, { mode: 0o755 });
  }

  /** Adds a fake `rpicam-vid`, by this name, to which the machine has a camera. */
  addCamera(program: "rpicam-vid" | "libcamera-vid" = "rpicam-vid"): void {
    this.#add(program, Deno.readTextFileSync(new URL("fake_rpicam_vid.sh", import.meta.url)));
  }

  /** The arguments of each start of the fake `rpicam-vid`. */
  async starts(): Promise<string[]> {
    return (await Deno.readTextFile(`${this.folder}/log`)).trimEnd().split("\n");
  }

  /**
   * Starts server.ts.
   *
   * @param fault what is wrong with the camera.
   * @param run the programs that Deno lets it run; all by default.
   */
  start(
    args: readonly string[],
    { fault = "", run = "--allow-run" }: { fault?: "none" | "busy" | ""; run?: string } = {},
  ): Program {
    return new Program(
      Deno.execPath(),
      ["run", "--no-prompt", ...PERMISSIONS, run, "server.ts", "--port", "0", ...args],
      {
        PATH: `${this.folder}:${Deno.env.get("PATH")}`,
        FAKE_FAULT: fault,
        FAKE_LOG: `${this.folder}/log`,
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
