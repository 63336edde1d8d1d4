import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Child } from "../../lib/camera/child.ts";
import { eventually } from "../support/eventually.ts";

Deno.test("Child ends a program that ignores SIGTERM when it is disposed of", async () => {
  const child = new Child("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]);
  const reader = child.stdout.getReader();
  await reader.read();
  await child[Symbol.asyncDispose]();
  assertEquals((await child.exit).signal, "SIGKILL");
  await reader.cancel();
});

Deno.test("Child is killed when the program that has started it exits at once", async () => {
  const module = new URL("../../lib/camera/child.ts", import.meta.url);
  // A stopped program does not notice SIGTERM, like one that waits for its hardware.
  const program = `
    import { Child } from ${JSON.stringify(module.href)};
    const child = new Child("sh", ["-c", "echo $$; kill -STOP $$"]);
    const { value } = await child.stdout.getReader().read();
    await Deno.stdout.write(value);
    void child[Symbol.asyncDispose]();
    Deno.exit(0);
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
  }).output();
  const pid = Number(new TextDecoder().decode(stdout));
  assert(pid > 0);
  const runs = () => new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] }).output();
  const state = async () => new TextDecoder().decode((await runs()).stdout).trim();
  // Nobody may be there to reap it.
  await eventually(async () => /^Z|^$/.test(await state()), () => `process ${pid} runs on`);
});

Deno.test("Child ends when its signal is aborted, and output() throws the reason", async () => {
  const abort = new AbortController();
  await using child = new Child("sleep", ["60"], abort.signal);
  const output = child.output();
  abort.abort(new Error("enough"));
  await assertRejects(() => output, Error, "enough");
  assertEquals((await child.exit).signal, "SIGTERM");
});

Deno.test("Child gives all of stdout and the end of stderr", async () => {
  const script = "seq 100000; seq 100000 >&2";
  await using child = new Child("sh", ["-c", script]);
  const { stdout, stderr } = await child.output();
  assertEquals(stdout.split("\n").length, 100_001);
  assertEquals([stderr.length, stderr.slice(-7)], [16 * 1024, "100000\n"]);
});

Deno.test("Child is not started when the program is missing or the signal is aborted", () => {
  assertThrows(() => new Child("no-such-program", []), Deno.errors.NotFound);
  const reason = new Error("enough");
  assertThrows(() => new Child("true", [], AbortSignal.abort(reason)), Error, "enough");
});
