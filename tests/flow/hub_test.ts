import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/flow/hub.ts";

Deno.test("Hub gives every value to every subscriber who keeps up", async () => {
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

Deno.test("Hub tells when the first subscriber comes and the last one goes", () => {
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
