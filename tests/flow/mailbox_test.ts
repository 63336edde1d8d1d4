import { assertEquals, assertRejects } from "@std/assert";
import { Mailbox } from "../../lib/flow/mailbox.ts";
import { Counted } from "../support/counted.ts";

Deno.test("Mailbox gives the newest value when several were put", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  mailbox.put({ n: 1 });
  mailbox.put({ n: 2 });
  mailbox.put({ n: 3 });
  assertEquals(await mailbox.next(), { value: { n: 3 }, done: false });
  assertEquals(mailbox.skipped, 2);
});

Deno.test("Mailbox hands a value to a taker that waits", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  const next = mailbox.next();
  mailbox.put({ n: 1 });
  assertEquals(await next, { value: { n: 1 }, done: false });
  assertEquals(mailbox.skipped, 0);
});

Deno.test("Mailbox ends while its taker waits", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  const next = mailbox.next();
  await mailbox.return();
  assertEquals(await next, { value: undefined, done: true });
});

Deno.test("Mailbox still gives what is in it when the putting side closes it", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  mailbox.put({ n: 1 });
  mailbox.close();
  mailbox.put({ n: 2 });
  assertEquals(await Array.fromAsync(mailbox), [{ n: 1 }]);
});

Deno.test("Mailbox calls back once when it is closed, however often that is", async () => {
  let closed = 0;
  const mailbox = new Mailbox<{ n: number }>(() => closed++);
  mailbox.close();
  mailbox.close();
  await mailbox.return();
  assertEquals(closed, 1);
});

Deno.test("Mailbox refuses a second taker at the same time", async () => {
  using mailbox = new Mailbox<{ n: number }>();
  void mailbox.next();
  await assertRejects(() => mailbox.next(), TypeError, "twice");
});

Deno.test("Mailbox throws the reason it was closed with, after what is in it was taken", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  mailbox.put({ n: 1 });
  mailbox.close(new Error("refused"));
  assertEquals((await mailbox.next()).value, { n: 1 });
  await assertRejects(() => mailbox.next(), Error, "refused");
  assertEquals((await mailbox.next()).done, true);
});

Deno.test("Mailbox throws the reason at a taker that waits", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  const next = mailbox.next();
  mailbox.close(new Error("refused"));
  await assertRejects(() => next, Error, "refused");
});

Deno.test("Mailbox holds what is in it, and passes the hold on to the taker", async () => {
  const mailbox = new Mailbox<Counted>();
  const [replaced, taken, handed, left] = Array.from({ length: 4 }, () => new Counted());
  mailbox.put(replaced);
  mailbox.put(taken);
  await mailbox.next();
  const next = mailbox.next();
  mailbox.put(handed);
  await next;
  mailbox.put(left);
  await mailbox.return();
  mailbox.put(left);
  assertEquals([replaced, taken, handed, left].map(({ holders }) => holders), [1, 2, 2, 1]);
});
