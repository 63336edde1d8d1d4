import { assertEquals, assertRejects } from "@std/assert";
import { Hub } from "../../lib/flow/hub.ts";
import { Counted } from "../support/counted.ts";

Deno.test("Hub gives every value to every subscriber that keeps up", async () => {
  const hub = new Hub<{ n: number }>();
  const readers = [hub.subscribe(), hub.subscribe()].map((mailbox) => Array.fromAsync(mailbox));
  for (let n = 0; n < 3; n++) {
    hub.publish({ n });
    await Promise.resolve().then(() => {}).then(() => {}).then(() => {});
  }
  hub.close();
  assertEquals(await Promise.all(readers), [
    [{ n: 0 }, { n: 1 }, { n: 2 }],
    [{ n: 0 }, { n: 1 }, { n: 2 }],
  ]);
});

Deno.test("Hub costs a slow subscriber what it missed, and others nothing", async () => {
  const hub = new Hub<{ n: number }>();
  using slow = hub.subscribe();
  using fast = hub.subscribe();
  for (let n = 0; n < 3; n++) {
    hub.publish({ n });
    assertEquals((await fast.next()).value, { n });
  }
  assertEquals((await slow.next()).value, { n: 2 });
  assertEquals([slow.skipped, fast.skipped], [2, 0]);
});

Deno.test("Hub reports when the first subscriber comes and the last one leaves", () => {
  const told: boolean[] = [];
  const hub = new Hub<{ n: number }>((wanted) => told.push(wanted));
  const first = hub.subscribe();
  const second = hub.subscribe();
  first.return();
  assertEquals(told, [true]);
  second.return();
  assertEquals(told, [true, false]);
  assertEquals(hub.subscribers, 0);
});

Deno.test("Hub gives the newest value first when followed, and not when subscribed to", async () => {
  const hub = new Hub<{ n: number }>();
  hub.publish({ n: 1 });
  using following = hub.follow();
  using subscribed = hub.subscribe();
  hub.publish({ n: 2 });
  assertEquals((await subscribed.next()).value, { n: 2 });
  assertEquals((await following.next()).value, { n: 2 });
  assertEquals([subscribed.skipped, following.skipped], [0, 1]);
});

Deno.test("Hub ends subscriptions when it is closed, also those made later", async () => {
  const hub = new Hub<{ n: number }>();
  const before = hub.subscribe();
  hub.close();
  assertEquals((await before.next()).done, true);
  assertEquals((await hub.subscribe().next()).done, true);
});

Deno.test("Hub that is closed with a reason throws it at all subscribers, also later ones", async () => {
  const hub = new Hub<{ n: number }>();
  const before = hub.subscribe();
  const next = before.next();
  hub.close(new Error("no camera"));
  hub.close(new Error("another reason"));
  await assertRejects(() => next, Error, "no camera");
  await assertRejects(() => hub.subscribe().next(), Error, "no camera");
  await assertRejects(() => hub.ended, Error, "no camera");
});

Deno.test("Hub resolves `ended` when it is closed without a reason", async () => {
  const hub = new Hub<{ n: number }>();
  hub.close();
  await hub.ended;
});

Deno.test("Hub holds the newest value, in the place of its publisher", async () => {
  const hub = new Hub<Counted>();
  using mailbox = hub.subscribe();
  const values = Array.from({ length: 3 }, () => new Counted());
  const holders = () => values.map(({ holders }) => holders);
  hub.publish(values[0]);
  assertEquals(holders(), [2, 1, 1]);
  (await mailbox.next()).value!.release();
  hub.publish(values[1]);
  assertEquals(hub.latest, values[1]);
  assertEquals(holders(), [0, 2, 1]);
  hub.close();
  hub.publish(values[2]);
  assertEquals(holders(), [0, 2, 0]);
});

Deno.test("Hub has no demand while a stage that subscribes later defers", () => {
  const told: boolean[] = [];
  const hub = new Hub<{ n: number }>((wanted) => told.push(wanted));
  hub.defer();
  assertEquals(told, [false]);
  using _values = hub.subscribe();
  hub.defer();
  assertEquals(told, [false, true]);
});
