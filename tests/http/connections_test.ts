import { assert, assertEquals } from "@std/assert";
import { Duplex } from "node:stream";
import { MAX_AHEAD_BYTES } from "../../lib/http/connection.ts";
import {
  Connections,
  GRACE_MS,
  MAX_CONNECTIONS,
  MAX_GUESTS,
  MAX_UNREAD_BYTES,
  REQUEST_MS,
} from "../../lib/http/connections.ts";
import { KEEP_ALIVE_MS, UNREAD_MS } from "../../lib/http/exchange.ts";
import { text } from "../../lib/http/reply.ts";
import type { RequestHead } from "../../lib/http/request_head.ts";
import { type ViewerRequest, ViewerResponse } from "../../lib/http/viewer.ts";
import { Viewers } from "../../lib/http/viewers.ts";
import { Hub } from "../../lib/flow/hub.ts";
import { eventually } from "../support/eventually.ts";
import { StillTime } from "../support/still_time.ts";

/** A connection from nowhere, whose other side reads only if it is told to. */
class FakeSocket extends Duplex {
  static #ports = 0;
  readonly remotePort = ++FakeSocket.#ports;
  reads = true;
  written = "";

  constructor(readonly remoteAddress: string) {
    super({
      read: () => {},
      write: (chunk, _encoding, done) => {
        this.written += chunk;
        if (this.reads) done();
      },
    });
  }

  ask(path: string): void {
    this.push(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }
}

/** A viewer that sees nothing until it leaves. */
class Watching extends ViewerResponse {
  override writeTo({ socket }: ViewerRequest): Promise<void> {
    return new Promise((resolve) => socket.once("close", resolve));
  }
}

/** Connections whose `/slow` the test answers itself. */
class TestConnections implements Disposable {
  readonly viewers = new Viewers(new Hub());
  readonly slow: { head: RequestHead; signal: AbortSignal; answer: (r: Response) => void }[] = [];
  readonly all = new Connections((head, { hostname, port }, signal) => {
    if (head.target === "/large") {
      return Promise.resolve(text(200, "x".repeat(MAX_UNREAD_BYTES / 8)));
    }
    if (head.target === "/slow") {
      return new Promise((answer) => this.slow.push({ head, signal, answer }));
    }
    if (head.target !== "/watch") return Promise.resolve(text(200, head.target));
    const options = { hostname, port, path: "/", fps: Infinity, repeats: false };
    return Promise.resolve(new Watching(this.viewers.join(options)!));
  });

  /** Admits this many connections of an address. */
  come(address: string, count: number): FakeSocket[] {
    return Array.from({ length: count }, () => {
      const socket = new FakeSocket(address);
      this.all.add(socket, { isPlain: true });
      return socket;
    });
  }

  [Symbol.dispose](): void {
    this.all[Symbol.dispose]();
    this.viewers[Symbol.dispose]();
  }
}

const gone = (sockets: readonly FakeSocket[]) =>
  sockets.filter(({ destroyed }) => destroyed).length;
const says = (socket: FakeSocket, words: string) =>
  eventually(() => socket.written.includes(words), () => `"${socket.written}" has no "${words}"`);

Deno.test("Connections gives a newcomer the place of the oldest connection of the address that has most", () => {
  using connections = new TestConnections();
  const few = connections.come("192.0.2.1", 3);
  // All of one household's IPv6 addresses count as one.
  const many = Array.from(
    { length: MAX_CONNECTIONS - 3 },
    (_, i) => connections.come(`2001:db8::${i.toString(16)}`, 1)[0],
  );
  assertEquals(gone([...few, ...many]), 0);
  const more = connections.come("2001:db8::ffff", 50);
  const other = connections.come("192.0.2.2", 1);
  assertEquals([gone(few), gone(other), gone(more)], [0, 0, 0]);
  assertEquals(gone(many), 51);
  assert(many.slice(0, 51).every(({ destroyed }) => destroyed));
});

Deno.test("Connections takes no place from a viewer", async () => {
  using connections = new TestConnections();
  const [watching, ...others] = connections.come("192.0.2.1", MAX_CONNECTIONS);
  watching.ask("/watch");
  await says(watching, "200 OK");
  connections.come("192.0.2.1", 10);
  assert(!watching.destroyed);
  assertEquals(gone(others), 10);
});

Deno.test("Connections ends those that ask for nothing, and the slowest ones when there are many", async () => {
  using time = new StillTime();
  using connections = new TestConnections();
  const slow = connections.come("192.0.2.1", MAX_GUESTS + 7);
  time.pass(GRACE_MS + 1);
  const fresh = connections.come("192.0.2.2", MAX_GUESTS);
  await eventually(() => gone(slow) > 0, () => "nobody had to leave");
  assertEquals([gone(slow), gone(fresh)], [MAX_GUESTS + 7, 0]);
  fresh[0].ask("/slow");
  fresh[1].push("GET / HT");
  await eventually(() => connections.slow.length > 0, () => "no request");
  time.pass(REQUEST_MS + 1);
  await eventually(() => gone(fresh) > 0, () => "nobody was idle");
  assertEquals(fresh.slice(0, 3).map(({ destroyed }) => destroyed), [false, false, true]);
  await says(fresh[1], "408 Request Timeout");
  assertEquals(gone(fresh), MAX_GUESTS - 2);
});

Deno.test("Connections keeps one for another request as long as it has promised", async () => {
  using time = new StillTime();
  using connections = new TestConnections();
  const [socket, begun] = connections.come("192.0.2.1", 2);
  for (const each of [socket, begun]) {
    each.ask("/");
    await says(each, `keep-alive: timeout=${KEEP_ALIVE_MS / 1000}`);
  }
  begun.push("GET / HT");
  time.pass(-REQUEST_MS);
  const [late] = connections.come("192.0.2.1", 1);
  time.pass(REQUEST_MS + KEEP_ALIVE_MS);
  await eventually(() => late.destroyed, () => "nobody looks");
  assert(!socket.destroyed);
  time.pass(GRACE_MS + 1);
  await eventually(() => socket.destroyed, () => "it is kept");
  assert(!begun.destroyed);
});

Deno.test("Connections answers the requests of a connection one after the other", async () => {
  using connections = new TestConnections();
  const [socket] = connections.come("192.0.2.1", 1);
  for (const path of ["/slow", "/one", "/slow", "/two"]) socket.ask(path);
  await eventually(() => connections.slow.length > 0, () => "no request");
  assertEquals([connections.slow.length, socket.written], [1, ""]);
  connections.slow[0].answer(text(200, "first"));
  await eventually(() => connections.slow.length > 1, () => "no second request");
  assert(/first\n[^]*\/one\n$/.test(socket.written), socket.written);
  connections.slow[1].answer(text(200, "second"));
  await says(socket, "/two");
  assert(!socket.destroyed);
});

Deno.test("Connections ends a connection that sends more requests without waiting for answers", async () => {
  using connections = new TestConnections();
  const [socket, other] = connections.come("192.0.2.1", 2);
  socket.ask("/slow");
  await eventually(() => connections.slow.length > 0, () => "no request");
  const { signal, answer } = connections.slow[0];
  socket.push(Buffer.alloc(MAX_AHEAD_BYTES, "GET /a HTTP/1.1\r\n\r\n"));
  assert(!signal.aborted);
  socket.push("G");
  await eventually(() => signal.aborted, () => "the answer goes on although nobody waits for it");
  answer(text(200, "ok"));
  assert(socket.destroyed);
  // All at once is the same.
  other.push(Buffer.alloc(MAX_AHEAD_BYTES + 100, "GET /a HTTP/1.1\r\n\r\n"));
  await eventually(() => other.destroyed, () => "it was answered");
  assertEquals([socket.written, other.written], ["", ""]);
});

Deno.test("Connections ends a connection that does not read an answer", async () => {
  using connections = new TestConnections();
  const [socket] = connections.come("192.0.2.1", 1);
  const { setTimeout } = globalThis;
  using time = new StillTime();
  try {
    globalThis.setTimeout = ((callback: () => void, ms?: number) => {
      if (ms !== UNREAD_MS) return setTimeout(callback, ms);
      time.pass(UNREAD_MS);
      return setTimeout(callback, 0);
    }) as typeof setTimeout;
    socket.reads = false;
    socket.ask("/");
    await new Promise((resolve) => socket.once("close", resolve));
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("Connections limits the memory of all unread answers, and ends a connection of the address that has the most", async () => {
  using connections = new TestConnections();
  const few = connections.come("192.0.2.1", 2);
  const many = connections.come("192.0.2.2", 10);
  for (const socket of [...few, ...many]) {
    socket.reads = false;
    socket.ask("/large");
    await says(socket, "200 OK");
  }
  // Seven eighths and a few bytes are within the limit.
  assertEquals([gone(few), gone(many)], [0, 5]);
  assert(many.slice(0, 5).every(({ destroyed }) => destroyed));
});
