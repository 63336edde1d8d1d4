import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { now } from "../../lib/time/clock.js";
import { eventually } from "../support/eventually.ts";
import { FaultPipeline } from "../support/fault_pipeline.ts";
import { Program } from "../support/programs.ts";
import { record } from "../support/reliability.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Mounts a disk of 64 KB; `success` is false where this machine does not allow it. */
async function smallDisk() {
  const path = await Deno.makeTempDir();
  const run = (command: string, ...args: string[]) => new Deno.Command(command, { args }).output();
  const { success } = await run("mount", "-t", "tmpfs", "-o", "size=64k", "none", path);
  return {
    path,
    success,
    async [Symbol.asyncDispose]() {
      if (success) await run("umount", "-l", path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

Deno.test("the stream recovers while the disk with the logs and temporary files is full", async () => {
  await using disk = await smallDisk();
  // Without a disk to fill, this device refuses the logs as a full disk does.
  const logOf = (name: string) => disk.success ? `${disk.path}/${name}.log` : "/dev/full";
  const start = (name: string) => (...args: string[]) => {
    const command = `cd ${disk.path}; exec "$0" run -A ${ROOT}${name}.ts "$@" 2>>${logOf(name)}`;
    const env = { TMPDIR: disk.path };
    return new Program("bash", ["-c", command, Deno.execPath(), ...args], env);
  };
  await using way = await FaultPipeline.start({
    startServer: start("server"),
    startClient: start("client"),
  });
  if (disk.success) {
    assertEquals(
      Array.from(Deno.readDirSync(disk.path), ({ name }) => name).sort(),
      ["client.log", "server.log"],
      "the programs write only logs",
    );
    const filler = new Uint8Array(1024);
    const fill = () => Deno.writeFileSync(`${disk.path}/filler`, filler, { append: true });
    while (fits(fill));
    // Fill the rest of the logs' last pages too.
    for (const name of ["server", "client"]) {
      while (fits(() => Deno.writeTextFileSync(logOf(name), "\n", { append: true })));
    }
  }
  const began = now();
  Deno.kill(await way.ffmpeg(), "SIGKILL");
  await way.viewer.outage({ began });
  await eventually(async () => (await way.server.children()).length === 1, () => "no ffmpeg");
  if (!disk.success) return;
  // The lines so far are lost; later ones are written.
  await Deno.truncate(`${disk.path}/filler`);
  const again = now();
  Deno.kill(await way.ffmpeg(), "SIGKILL");
  await way.recovers({
    fault: "disk full (logs, temporary files, working directory), then ffmpeg killed",
    began: again,
    told: [
      {
        get stderr() {
          return Deno.readTextFileSync(logOf("server"));
        },
      },
      /camera lost: .*ffmpeg was ended by SIGKILL$/,
    ],
  });
});

function fits(write: () => void): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}

for (const who of ["server", "client"] as const) {
  Deno.test(`the stream continues with the right latency when the ${who}'s clock is set an hour ahead and back`, async () => {
    const clock = await Deno.makeTempFile();
    const set = (time: string) => Deno.writeTextFile(clock, `${time}\n`);
    await set("+0");
    const start = (...args: string[]) =>
      new Program(Deno.execPath(), ["run", "-A", `${who}.ts`, ...args], {
        LD_PRELOAD: "/usr/$LIB/faketime/libfaketime.so.1",
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      });
    try {
      const option = who === "server" ? { startServer: start } : { startClient: start };
      await using way = await FaultPipeline.start(option);
      for (const [fault, time] of [["ahead", "+1h"], ["back", "+0"]]) {
        const began = now();
        await set(time);
        await way.viewer.outage({ began });
        const interrupted = way.viewer.seen.filter(({ at, what }) =>
          at >= began && ["notice", "end"].includes(what)
        );
        assertEquals(interrupted, [], `pictures stop when the clock is set ${fault}`);
        // Until all frames in the percentiles are from after the step.
        const isRight = async () => {
          const { p50, p95 } = (await way.state()).latencyMs;
          return Math.abs(p50) < 5000 && Math.abs(p95) < 5000;
        };
        await delay(2000);
        await eventually(
          isRight,
          () => `the latency is wrong when the clock is set ${fault}`,
          60_000,
        );
      }
      assertEquals(way.viewer.connections, 1);
      const saw = "pictures without a gap";
      await record({ fault: `the ${who}'s clock set an hour ahead, and back`, saw, recoveryMs: 0 });
    } finally {
      await Deno.remove(clock);
    }
  });
}

Deno.test("server and client keep running when they cannot write their logs", async () => {
  const mute = (name: string) => (...args: string[]) =>
    new Program("bash", [
      ...["-c", `exec "$0" run -A ${name}.ts "$@" 2>/dev/full`],
      ...[Deno.execPath(), ...args],
    ]);
  await using way = await FaultPipeline.start({
    startServer: mute("server"),
    startClient: mute("client"),
  });
  const began = now();
  Deno.kill(await way.ffmpeg(), "SIGKILL");
  await way.viewer.outage({ began });
  assertEquals(way.viewer.connections, 1);
});
