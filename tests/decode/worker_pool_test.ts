import { assertEquals, assertRejects } from "@std/assert";
import { WorkerError, WorkerPool } from "../../lib/decode/worker_pool.ts";

/** A thread that answers, dies or hangs, as it is asked to. */
function misbehaving(size: number): WorkerPool<string, string> {
  const code = `self.onmessage = ({ data }) => {
    if (data === "die") throw new Error("as asked");
    if (data === "hang") while (true);
    self.postMessage("answer to " + data);
  };`;
  return new WorkerPool(new URL(`data:text/javascript,${encodeURIComponent(code)}`), size);
}

Deno.test("WorkerPool answers each question from a free thread", async () => {
  using pool = misbehaving(2);
  const questions = ["a", "b", "c", "d"];
  const answers = await Promise.all(questions.map(async (question) => {
    await pool.free();
    return await pool.ask(question);
  }));
  assertEquals(answers, questions.map((question) => `answer to ${question}`));
});

Deno.test("WorkerPool replaces a thread that dies", async () => {
  using pool = misbehaving(1);
  await assertRejects(() => pool.ask("die"), WorkerError, "as asked");
  await pool.free();
  assertEquals(await pool.ask("a"), "answer to a");
});

Deno.test("WorkerPool replaces a thread that hangs", async () => {
  using pool = misbehaving(1);
  await assertRejects(() => pool.ask("hang"), WorkerError, "no answer");
  await pool.free();
  assertEquals(await pool.ask("a"), "answer to a");
});
