import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { Program } from "../support/programs.ts";
import { BOOT_MS, VM } from "./machine.ts";

/** How long one command may take, in milliseconds: the machine is emulated. */
const COMMAND_MS = 240_000;
/** How long a service may take to stop, in seconds. */
const STOP_S = 2;

/** A machine in which Debian's systemd runs, with no webcam at first. */
class SystemdMachine implements AsyncDisposable {
  readonly #folder: string;
  readonly #program: Program;
  #commands = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#program = new Program(VM, [
      ...["--camera", "none", "--seconds", "900", "tests/webcam/systemd.sh"],
    ], { WEBCAM_VM_OUT: folder });
  }

  static async boot(): Promise<SystemdMachine> {
    return new SystemdMachine(await Deno.makeTempDir());
  }

  /** Runs a script in the machine; returns what it says. */
  async run(script: string): Promise<string> {
    const path = `${this.#folder}/${++this.#commands}`;
    const draft = `${path}.new`;
    await Deno.writeTextFile(draft, `export NO_COLOR=1 PATH=${Deno.env.get("PATH")}\n${script}\n`);
    await Deno.rename(draft, `${path}.command`);
    const read = (end: string) => Deno.readTextFile(`${path}.${end}`).catch(() => "");
    await eventually(
      async () => (await read("status")) !== "",
      () => `${script} hangs`,
      BOOT_MS + COMMAND_MS,
    );
    const output = await read("output");
    assertEquals((await read("status")).trim(), "0", `${script}\n${output}`);
    return output;
  }

  /** Runs a script again and again until it succeeds. */
  async until(script: string): Promise<string> {
    return await this.run(`for i in {1..60}; do ${script} && exit 0; sleep 1; done; exit 1`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await this.#program.children()) Deno.kill(pid, "SIGTERM");
    await this.#program.ends();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const UNIT = "socketcam-server";
/** Frames of a server that serves one, read as a client that never speaks. */
const FRAMES = "[[ $(timeout 20 head -c 9000 </dev/tcp/127.0.0.1/9999 | wc -c) == 9000 ]]";
/** udev, which does not run here, gives webcams to the group video. */
const PLUG = "modprobe vivid n_devs=1 node_types=0x1 && chgrp video /dev/video0 && " +
  "chmod 660 /dev/video0";

async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

Deno.test("a service starts at boot, finds its webcam later, survives kill -9, stops, and leaves nothing behind", async () => {
  await using machine = await SystemdMachine.boot();
  await machine.until("systemctl is-system-running --wait");
  // The machine has no internet access.
  const cache = "/var/cache/private/socketcam";
  await machine.run(`mkdir -p ${cache} && cp -r ${await npmCache()} ${cache}/npm`);
  await machine.run("deno task service install server --yes --size 320x240 --fps 5");

  // The machine starts again, without a webcam.
  await machine.run("systemctl poweroff --no-block");
  await machine.until(`systemctl is-active ${UNIT}`);
  const log = await machine.until(`journalctl -b -u ${UNIT} | grep "waiting for it"`);
  assertMatch(log, /No webcam found/);
  await machine.run(PLUG);
  await machine.until(FRAMES);
  const users = await machine.run("ps axo user:20,args | grep -E '[f]fmpeg|[s]erver.ts'");
  assertEquals(users.trim().split("\n").map((line) => line.split(" ")[0]), [
    "socketcam",
    "socketcam",
  ]);

  await machine.run(`kill -9 $(systemctl show -P MainPID ${UNIT})`);
  await machine.until(`[[ $(systemctl show -P NRestarts ${UNIT}) == 1 ]]`);
  await machine.until(FRAMES);

  const warnings = await machine.run(`journalctl -u ${UNIT} -o cat -p warning`);
  assertMatch(warnings, /^server: anyone on the network/m);
  assert(!warnings.includes("joined"), warnings);

  const stop = await machine.run(`TIMEFORMAT=%R; time systemctl stop ${UNIT}`);
  assertLess(Number(stop), STOP_S);
  await machine.run("! pgrep -x ffmpeg");
  await machine.run("deno task service uninstall server --yes");
  const left = await machine.run(
    `ls -A ${cache} /etc/systemd/system/*socketcam* /run/*socketcam* 2>/dev/null; true`,
  );
  assertEquals(left, "");
});
