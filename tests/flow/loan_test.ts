import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/flow/hub.ts";
import { drop, hold, keep, lend } from "../../lib/flow/loan.ts";
import { Mailbox } from "../../lib/flow/mailbox.ts";

/** Values that say when they have ended. */
class Lender {
  readonly ended: number[] = [];

  lend(n: number): { n: number } {
    const value = { n };
    lend(value, () => this.ended.push(n));
    return value;
  }
}

Deno.test("a loan ends once, when the last who holds the value drops it", () => {
  const lender = new Lender();
  const value = lender.lend(1);
  hold(value);
  hold(value);
  drop(value);
  assertEquals(lender.ended, []);
  drop(value);
  drop(value);
  assertEquals(lender.ended, [1]);
});

Deno.test("a loan never ends when somebody keeps the value", () => {
  const lender = new Lender();
  const value = lender.lend(1);
  hold(value);
  keep(value);
  drop(value);
  assertEquals(lender.ended, []);
});

Deno.test("a value that was not lent can be held and dropped", () => {
  hold({});
  drop({});
});

Deno.test("Mailbox that borrows gives a value back when the next one is asked for", async () => {
  const lender = new Lender();
  using mailbox = new Mailbox<{ n: number }>({ borrows: true });
  mailbox.put(lender.lend(1));
  await mailbox.next();
  assertEquals(lender.ended, []);
  const second = mailbox.next();
  assertEquals(lender.ended, [1]);
  mailbox.put(lender.lend(2));
  await second;
  assertEquals(lender.ended, [1]);
});

Deno.test("Mailbox gives back what was not taken: replaced, or left in it", async () => {
  const lender = new Lender();
  const mailbox = new Mailbox<{ n: number }>();
  mailbox.put(lender.lend(1));
  mailbox.put(lender.lend(2));
  assertEquals(lender.ended, [1]);
  await mailbox.return();
  assertEquals(lender.ended, [1, 2]);
});

Deno.test("Mailbox leaves to the collector what its taker may not be done with at its end", async () => {
  const lender = new Lender();
  const mailbox = new Mailbox<{ n: number }>({ borrows: true });
  mailbox.put(lender.lend(1));
  await mailbox.next();
  await mailbox.return();
  await mailbox.next();
  assertEquals(lender.ended, []);
});

Deno.test("Hub gives a value back when the next one is there and all borrowers are done", async () => {
  const lender = new Lender();
  const hub = new Hub<{ n: number }>();
  using quick = hub.borrow();
  using slow = hub.borrow();
  hub.publish(lender.lend(1));
  await Promise.all([quick.next(), slow.next()]);
  hub.publish(lender.lend(2));
  await quick.next();
  assertEquals(lender.ended, []);
  await slow.next();
  assertEquals(lender.ended, [1]);
});

Deno.test("Hub gives nothing back that a subscriber has, or that was read as the latest", async () => {
  const lender = new Lender();
  const hub = new Hub<{ n: number }>();
  using borrower = hub.borrow();
  const subscriber = hub.subscribe();
  hub.publish(lender.lend(1));
  await Promise.all([borrower.next(), subscriber.next()]);
  subscriber.return();
  hub.publish(lender.lend(2));
  assertEquals(hub.latest?.n, 2);
  await borrower.next();
  hub.publish(lender.lend(3));
  hub.publish(lender.lend(4));
  await borrower.next();
  assertEquals(lender.ended, [3]);
});
