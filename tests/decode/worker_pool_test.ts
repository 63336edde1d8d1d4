import { assert, assertEquals, assertRejects } from "@std/assert";
import { WorkerError, WorkerTimeout } from "../../lib/decode/thread.ts";
import { WorkerPool } from "../../lib/decode/worker_pool.ts";

/** A thread that answers, dies or hangs, as it is asked to. */
function misbehaving(size: number): WorkerPool<string, string> {
  const code = `self.onmessage = ({ data }) => {
    if (data === "die") throw new Error("as asked");
    if (data === "hang") while (true);
    if (data === "die afterwards") setTimeout(() => { throw new Error("late") });
    self.postMessage("answer to " + data);
  };
  self.postMessage("ready");`;
  return new WorkerPool(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    size,
  });
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
  await assertRejects(() => pool.ask("hang"), WorkerTimeout, "no answer for 2 s");
  await pool.free();
  assertEquals(await pool.ask("a"), "answer to a");
});

Deno.test("WorkerPool replaces a thread that dies when nobody asks it", async () => {
  using pool = misbehaving(1);
  const startedAt = performance.now();
  await pool.ask("die afterwards");
  // It may still live when it is asked again; then it dies over that, and never hangs.
  const answers = [0, 1].map(() => pool.ask("a").catch((error) => error.name));
  assert((await Promise.all(answers)).includes("answer to a"));
  assert(performance.now() - startedAt < 10_000);
});

Deno.test("WorkerPool asks new threads once it was renewed", async () => {
  const code = `let asked = 0;
  self.onmessage = () => self.postMessage(++asked);
  self.postMessage("ready");`;
  using pool = new WorkerPool<string, number>(new URL(`data:text/javascript,${code}`), { size: 1 });
  assertEquals([await pool.ask("a"), await pool.ask("b")], [1, 2]);
  const busy = pool.ask("c");
  pool.renew();
  assertEquals(await busy, 3);
  assertEquals(await pool.ask("d"), 1);
  pool.renew();
  assertEquals(await pool.ask("e"), 1);
});

Deno.test("WorkerPool replaces a thread that never loads", async () => {
  const url = new URL("data:text/javascript,while (true);");
  using pool = new WorkerPool<string, string>(url, { size: 1, startMs: 200 });
  await assertRejects(() => pool.ask("a"), WorkerTimeout, "no answer for 0.2 s");
  await pool.free();
});
