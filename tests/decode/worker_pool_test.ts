import { assert, assertEquals, assertRejects } from "@std/assert";
import { WorkerError, WorkerTimeout } from "../../lib/decode/worker_handle.ts";
import { WorkerPool } from "../../lib/decode/worker_pool.ts";

/** A pool of workers that answer, die or hang on demand. */
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

Deno.test("WorkerPool gives each question to a free worker", async () => {
  using pool = misbehaving(2);
  const questions = ["a", "b", "c", "d"];
  const answers = await Promise.all(questions.map(async (question) => {
    await pool.free();
    return await pool.ask(question);
  }));
  assertEquals(answers, questions.map((question) => `answer to ${question}`));
});

Deno.test("WorkerPool replaces a worker that dies", async () => {
  using pool = misbehaving(1);
  await assertRejects(() => pool.ask("die"), WorkerError, "as asked");
  await pool.free();
  assertEquals(await pool.ask("a"), "answer to a");
});

Deno.test("WorkerPool replaces a worker that hangs", async () => {
  using pool = misbehaving(1);
  await assertRejects(() => pool.ask("hang"), WorkerTimeout, "no answer for 2 s");
  await pool.free();
  assertEquals(await pool.ask("a"), "answer to a");
});

Deno.test("WorkerPool replaces a worker that dies between questions", async () => {
  using pool = misbehaving(1);
  const startedAt = performance.now();
  await pool.ask("die afterwards");
  // It may die over the next question, but never leaves it open.
  const answers = [0, 1].map(() => pool.ask("a").catch((error) => error.name));
  assert((await Promise.all(answers)).includes("answer to a"));
  assert(performance.now() - startedAt < 10_000);
});

Deno.test("WorkerPool asks new workers after renew()", async () => {
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

Deno.test("WorkerPool replaces a worker that never loads", async () => {
  const url = new URL("data:text/javascript,while (true);");
  using pool = new WorkerPool<string, string>(url, { size: 1, startMs: 200 });
  await assertRejects(() => pool.ask("a"), WorkerTimeout, "no answer for 0.2 s");
  await pool.free();
});

Deno.test("WorkerPool lets questions wait for a free worker, in order", async () => {
  using pool = misbehaving(1);
  const answered: string[] = [];
  await Promise.all(["a", "b", "c"].map(async (question) => {
    await pool.ask(question);
    answered.push(question);
  }));
  assertEquals(answered, ["a", "b", "c"]);
});

Deno.test("WorkerPool fails all open questions when it is disposed of, and starts no worker after", async () => {
  const pool = misbehaving(1);
  const open = [pool.ask("hang"), pool.ask("a")];
  const failing = open.map((answer) => assertRejects(() => answer, WorkerError, "was closed"));
  pool[Symbol.dispose]();
  await Promise.all(failing);
  await assertRejects(() => pool.ask("a"), WorkerError, "was closed");
});

Deno.test("WorkerPool transfers the bytes of questions and answers", async () => {
  const module = new URL("../../lib/decode/answer_questions.ts", import.meta.url);
  const code = `import { answerQuestions } from "${module}";
    answerQuestions(({ bytes, n }) => ({ bytes: new Uint8Array(bytes.buffer, n, 2), n }));`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  using pool = new WorkerPool<
    { bytes: Uint8Array; n: number },
    { bytes: Uint8Array; n: number }
  >(url, { size: 1 });
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  const answer = await pool.ask({ bytes, n: 1 });
  assertEquals(bytes.length, 0);
  assertEquals([...answer.bytes, answer.n], [2, 3, 1]);
  assertEquals([answer.bytes.byteOffset, answer.bytes.buffer.byteLength], [1, 5]);
});
