import { assertEquals, assertRejects } from "@std/assert";
import { Mailbox } from "../../lib/flow/mailbox.ts";

Deno.test("Mailbox gives the newest value when several were put", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  mailbox.put({ n: 1 });
  mailbox.put({ n: 2 });
  mailbox.put({ n: 3 });
  assertEquals(await mailbox.next(), { value: { n: 3 }, done: false });
  assertEquals(mailbox.skipped, 2);
});

Deno.test("Mailbox hands a value to a taker who waits", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  const next = mailbox.next();
  mailbox.put({ n: 1 });
  assertEquals(await next, { value: { n: 1 }, done: false });
  assertEquals(mailbox.skipped, 0);
});

Deno.test("Mailbox can be left while it is waited on", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  const next = mailbox.next();
  await mailbox.return();
  assertEquals(await next, { value: undefined, done: true });
});

Deno.test("Mailbox still gives what is in it when it was closed by who puts", async () => {
  const mailbox = new Mailbox<{ n: number }>();
  mailbox.put({ n: 1 });
  mailbox.close();
  mailbox.put({ n: 2 });
  assertEquals(await Array.fromAsync(mailbox), [{ n: 1 }]);
});

Deno.test("Mailbox tells once that it was closed, however often it is", async () => {
  let closed = 0;
  const mailbox = new Mailbox<{ n: number }>({ onClose: () => closed++ });
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
