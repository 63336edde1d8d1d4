import { assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import { Outbox } from "../../lib/flow/outbox.ts";
import { Speaker } from "../../lib/client/speaker.ts";

/**
 * A connection that holds one write until it is released. The kernel's buffers take hours of
 * acknowledgements before they are full, so that a real one cannot be had.
 */
class HeldConnection {
  readonly written: Uint8Array[] = [];
  readonly gate = Promise.withResolvers<void>();

  async write(bytes: Uint8Array): Promise<number> {
    await this.gate.promise;
    this.written.push(bytes);
    return bytes.length;
  }

  get outbox(): Outbox {
    return new Outbox(this);
  }
}

Deno.test("a client acknowledges each frame, at once when the server reads again", async () => {
  const FRAMES = 10_000;
  const connection = new HeldConnection();
  using outbox = connection.outbox;
  using speaker = new Speaker(outbox, undefined);
  for (let i = 0; i < FRAMES; i++) {
    speaker.received();
  }
  await setImmediate();
  connection.gate.resolve();
  await outbox.send([new Uint8Array([1])]);
  const written = connection.written.slice(0, -1);
  const isAcknowledgement = (message: Uint8Array) => message.every((byte) => byte === 0);
  assertEquals(written.filter(isAcknowledgement), [new Uint8Array(4 * FRAMES)]);
  const [hello, ping, ...pings] = written.filter((message) => !isAcknowledgement(message))
    .map((message) => JSON.parse(new TextDecoder().decode(message.slice(4))).type);
  assertEquals([hello, ping], ["hello", "ping"]);
  // As many more questions about the time as a slow machine has time for.
  assertEquals(pings, pings.map(() => "ping"));
});

Deno.test("an outbox writes nothing behind a message that failed", async () => {
  const connection = new HeldConnection();
  using outbox = connection.outbox;
  const sent = [1, 2].map((byte) => outbox.send([new Uint8Array([byte])]));
  connection.gate.reject(new Error("gone"));
  for (const one of [...sent, outbox.send([new Uint8Array([3])])]) {
    await assertRejects(() => one, Error, "gone");
  }
  assertEquals(connection.written, []);
  assertEquals(outbox.busy, false);
});
