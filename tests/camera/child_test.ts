import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Child } from "../../lib/camera/child.ts";

Deno.test("Child ends a program that ignores SIGTERM when it is disposed of", async () => {
  const child = new Child("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]);
  const reader = child.stdout.getReader();
  await reader.read();
  await child[Symbol.asyncDispose]();
  assertEquals((await child.exit).signal, "SIGKILL");
  await reader.cancel();
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
