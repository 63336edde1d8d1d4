import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import manifest from "../../deno.json" with { type: "json" };
import { UsageError } from "../../lib/cli/usage_error.ts";
import { parseService, unitName, unitText } from "../../tools/service/unit.ts";

/** The most exposure that systemd may see in a service, of 10. */
const MAX_EXPOSURE = 2.5;
const EXAMPLES = new URL("../../examples/systemd/", import.meta.url);
const FOLDER = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
const HERE = { folder: FOLDER, deno: Deno.execPath() };

/** Runs `systemd-analyze` on units; returns what it says. */
async function analyze(command: string[], ...files: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", {
    args: [...command, ...files],
    env: { NO_COLOR: "1", SYSTEMD_COLORS: "0" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  return text;
}

/** Writes a unit into a folder of its own, and calls `use` with its path. */
async function withUnit(name: string, text: string, use: (path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    await use(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const linesOf = (text: string, key: string) =>
  text.split("\n").filter((line) => line.startsWith(`${key}=`)).map((line) =>
    line.slice(key.length + 1)
  );

Deno.test("systemd accepts every service that is made, and finds little exposed", async () => {
  for (const service of ["server", "server@porch", "client"]) {
    const name = parseService(service);
    await withUnit(unitName(name), unitText(name, [], HERE), async (path) => {
      assertEquals(await analyze(["verify"], path), "");
      const report = await analyze(["security", "--offline=true"], path);
      const [, exposure] = /Overall exposure level.*: ([\d.]+)/.exec(report) ?? [];
      assertLess(Number(exposure), MAX_EXPOSURE, report);
    });
  }
});

Deno.test("a service has the permissions of its task, and those that systemd's notices need", async () => {
  for (const program of ["server", "client"] as const) {
    const task = manifest.tasks[program].command;
    const unit = await Deno.readTextFile(new URL(`socketcam-${program}.service`, EXAMPLES));
    const variables = (text: string) => /--allow-env=([\w*,]+)/.exec(text)![1].split(",");
    const own = ["NOTIFY_SOCKET", "RUNTIME_DIRECTORY", "WATCHDOG_USEC"];
    assertEquals(new Set(variables(unit)), new Set([...variables(task), ...own]));
    const system = (text: string) => /--allow-sys=[\w,]+/.exec(text)![0];
    assertEquals(system(unit), system(task));
  }
});

Deno.test("all services are closed in the same way", async () => {
  const hardening = async (name: string) => {
    const text = await Deno.readTextFile(new URL(name, EXAMPLES));
    return text.slice(text.indexOf("TasksMax="), text.indexOf("[Install]"));
  };
  const server = await hardening("socketcam-server.service");
  assertStringIncludes(server, "SystemCallFilter=@system-service");
  assertEquals(await hardening("socketcam-client.service"), server);
  assertEquals(await hardening("socketcam-server@.service"), server);
});

Deno.test("a service gets its options as systemd reads them, and its secrets as credentials", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/secret`, "a token");
    const filter = 'drawtext=text="%{pts} $x"';
    const args = ["--http-port", "8080", `--filter=${filter}`, "--token-file", `${folder}/secret`];
    const text = unitText(parseService("server"), args, { folder: "/home/me/a cam", deno: "/d" });
    assertStringIncludes(
      text,
      '\n  server.ts --wait --http-port 8080 --filter "drawtext=text=\\"%%{pts} $$x\\""\n',
    );
    assertEquals(linesOf(text, "LoadCredential"), [`token:${folder}/secret`]);
    assertEquals(linesOf(text, "WorkingDirectory"), ["/home/me/a cam"]);
    assertEquals(linesOf(text, "BindReadOnlyPaths"), ['"/home/me/a cam" /d']);
    assert(!text.includes("a token"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a service may read the video file that is its camera", () => {
  const video = fileURLToPath(new URL("../../docs/page.webp", import.meta.url));
  const text = unitText(parseService("server"), ["--device", `porch=${video}`], HERE);
  assertStringIncludes(text, `server.ts --wait --device porch=${video}\n`);
  assertStringIncludes(linesOf(text, "BindReadOnlyPaths")[0], ` ${video}`);
  assertStringIncludes(text, `--allow-read=.,${video},`);
});

Deno.test("a service is not made of what it cannot be", () => {
  const fails = (message: string, ...args: string[]) =>
    assertThrows(() => unitText(parseService("server"), args, HERE), UsageError, message);
  fails("everybody could read --token in the service: use --token-file FILE", "--token", "secret");
  fails("a service has no option --list", "--list");
  fails("a service has no option --colour", "--colour");
  assertThrows(() => parseService("camera"), UsageError, "name the service: server, client");
  assertThrows(() => parseService("server@../x"), UsageError);
});
