import { assert, assertEquals, assertRejects } from "@std/assert";
import { WorkerError, WorkerTimeout } from "../../lib/decode/worker_handle.ts";
import { MAX_STUCK, WorkerPool, type WorkerPoolOptions } from "../../lib/decode/worker_pool.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";

const ANSWERING = new URL("../../lib/decode/answer_questions.ts", import.meta.url);

/** A module that answers questions with this function. */
function answering(code: string): URL {
  const module = `import { answerQuestions } from "${ANSWERING}"; answerQuestions(${code});`;
  return new URL(`data:text/javascript,${encodeURIComponent(module)}`);
}

const MISBEHAVING = `async (question) => {
  if (question === "die") throw new Error("as asked");
  // Deno cannot end a thread that loops, and this one would disturb later tests.
  if (question === "loop") for (const end = Date.now() + 4000; Date.now() < end;);
  // It listens no more than one that loops, but takes no processor from the other threads.
  if (question === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  if (question === "wait") await new Promise(() => {});
  if (question === "fill the heap") for (const all = []; true;) all.push(new Array(1e5).fill(1.5));
  if (question === "leave") Deno.exit();
  if (question === "die afterwards") setTimeout(() => { throw new Error("late") });
  if (question === "cry") self.postMessage("out of turn");
  if (question === "take over") self.onmessage = self.onerror = () => {};
  return "answer to " + question;
}`;

/** A pool of workers that answer, die or hang on demand. */
function misbehaving(
  size: number,
  options: Omit<WorkerPoolOptions, "size"> = {},
): WorkerPool<string, string> {
  return new WorkerPool(answering(MISBEHAVING), { size, ...options });
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
  await assertRejects(() => pool.ask("loop"), WorkerTimeout, "no answer for 2 s");
  await pool.free();
  assertEquals(await pool.ask("a"), "answer to a");
});

Deno.test("WorkerPool replaces a worker that dies between questions", async () => {
  using pool = misbehaving(1);
  await pool.ask("die afterwards");
  // It may die over the next question, but never leaves it open.
  const answers = [0, 1].map(() => pool.ask("a").catch((error) => error.name));
  assert((await Promise.all(answers)).includes("answer to a"));
});

Deno.test("WorkerPool asks new workers after renew()", async () => {
  const module = answering(`(() => { let asked = 0; return () => ++asked; })()`);
  using pool = new WorkerPool<string, number>(module, { size: 1 });
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
  const url = answering(`({ bytes, n }) => ({ bytes: new Uint8Array(bytes.buffer, n, 2), n })`);
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

Deno.test("WorkerPool never has more workers at work than its size, however many ask", async () => {
  const module = answering(`async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.timeOrigin;
  }`);
  using pool = new WorkerPool<string, number>(module, { size: 2 });
  const workers = await Promise.all(Array.from({ length: 40 }, () => pool.ask("which")));
  assertEquals(new Set(workers).size, 2);
});

Deno.test("WorkerPool cancels a question that nobody waits for any more before it is made", async () => {
  using pool = misbehaving(1);
  const abort = new AbortController();
  let made = 0;
  const first = pool.ask("a");
  const given = pool.ask(() => `${++made}`, abort.signal);
  abort.abort(new RangeError("gone"));
  await assertRejects(() => given, RangeError, "gone");
  assertEquals([await first, await pool.ask("b"), made], ["answer to a", "answer to b", 0]);
});

Deno.test("WorkerPool takes no message of other code in a worker for an answer", async () => {
  using pool = misbehaving(1);
  assertEquals(await pool.ask("cry"), "answer to cry");
  assertEquals(await pool.ask("take over"), "answer to take over");
  assertEquals(await pool.ask("a"), "answer to a");
});

Deno.test("WorkerPool starts no more workers once several hang for good", async () => {
  using pool = misbehaving(1);
  await assertRejects(() => pool.ask("hang"), WorkerTimeout);
  // The first one is replaced at once.
  assertEquals(await pool.ask("a"), "answer to a");
  await assertRejects(() => pool.ask("hang"), WorkerTimeout);
  await assertRejects(
    () => pool.ask("a"),
    WorkerError,
    "2 decoders hang; the next one has to wait",
  );
  let hung = 2;
  const hang = async () => {
    await pool.ask("hang").catch((error) => hung += Number(error instanceof WorkerTimeout));
    return hung === MAX_STUCK;
  };
  await eventually(hang, () => `${hung} hang`, 2 * PATIENCE_MS);
  await assertRejects(() => pool.ask("a"), WorkerError, "4 decoders hang and cannot be ended");
});

Deno.test("WorkerPool replaces a worker that only waits, as often as it takes", async () => {
  using pool = misbehaving(1);
  for (let i = 0; i <= MAX_STUCK; i++) {
    await assertRejects(() => pool.ask("wait"), WorkerTimeout);
    assertEquals(await pool.ask("a"), "answer to a");
  }
});

Deno.test("WorkerPool survives a worker whose heap is full, and one that leaves, if heaps are limited", async () => {
  using pool = misbehaving(1, { heapMb: 64 });
  assertEquals(await pool.ask("a"), "answer to a");
  await assertRejects(() => pool.ask("leave"), WorkerError, "it left");
  await assertRejects(() => pool.ask("die"), WorkerError, "as asked");
  await assertRejects(() => pool.ask("fill the heap"), WorkerTimeout);
  assertEquals(await pool.ask("b"), "answer to b");
});
