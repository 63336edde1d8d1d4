import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "../support/programs.ts";

const NOTICES = "tests/support/notices.ts";
const SERVER = ["server.ts", "--device", "test", "--host", "127.0.0.1", "--port", "0"];

Deno.test("a service tells systemd that it is ready, that it runs, and that it stops", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const socket = `${folder}/systemd`;
    const run = ["run", "-A", "--frozen", "--unstable-net"];
    await using systemd = new Program(Deno.execPath(), [...run, NOTICES, socket]);
    await systemd.says(/listening/);
    await using server = new Program(Deno.execPath(), [...run, ...SERVER], {
      NOTIFY_SOCKET: socket,
      RUNTIME_DIRECTORY: folder,
      WATCHDOG_USEC: "200000",
    });
    await systemd.says(
      /^READY=1 STATUS=listening on 127\.0\.0\.1:\d+ \(camera: test picture, .*\)$/m,
    );
    await systemd.says(/WATCHDOG=1\n(.*\n)*WATCHDOG=1/);
    server.kill("SIGTERM");
    assertEquals(await server.ends(), 0);
    await systemd.says(/^STOPPING=1$/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a service that may not send notices says so, instead of being ended for its silence", async () => {
  await using server = new Program(Deno.execPath(), ["run", "-A", "--frozen", ...SERVER], {
    NOTIFY_SOCKET: "/run/systemd/notify",
  });
  assertEquals(await server.ends(), 1);
  assertStringIncludes(server.stderr, "systemd waits for notices that cannot be sent");
  assertStringIncludes(server.stderr, "set Type=exec in the service");
});

Deno.test("a log that goes to the journal has levels, and one that goes elsewhere has none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // The journal is a socket; what counts is that the variable names what stderr is.
    const log = `${folder}/log`;
    await Deno.writeTextFile(log, "");
    const { dev, ino } = await Deno.stat(log);
    const server = `${Deno.execPath()} run -A --frozen server.ts --device nowhere`;
    const logged = async (stream: string) => {
      const env = { JOURNAL_STREAM: stream };
      await using shell = new Program("sh", ["-c", `exec ${server} 2>${log}`], env);
      await shell.ends();
      return await Deno.readTextFile(log);
    };
    assertMatch(await logged(`${dev}:${ino}`), /^<3>server: /m);
    assertMatch(await logged(`${dev}:1`), /^server: /m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
