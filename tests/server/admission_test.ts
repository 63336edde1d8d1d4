import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createNonce, sign } from "../../lib/wire/authentication.ts";
import { type ClientEvent, listen, type ListenOptions } from "../../lib/server/listen.ts";
import { MAX_FAREWELLS } from "../../lib/server/door.ts";
import { FREE_FAILURES, MAX_HELD } from "../../lib/access/attempts.ts";
import {
  CLIENT_CONTROL_BYTES,
  MAX_CONTROL_BYTES,
  MAX_CONTROLS_PER_SECOND,
  MAX_GREETING_BYTES,
  MAX_NONCE_DIGITS,
  MESSAGE_MS,
} from "../../lib/wire/protocol.ts";
import { receive } from "../../lib/client/receive.ts";
import { RefusedError } from "../../lib/client/refused_error.ts";
import { MAX_WAITING } from "../../lib/server/waiting_room.ts";
import { selfSigned } from "../support/certificates.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { testPictures } from "../support/pictures.ts";
import { StillTime } from "../support/still_time.ts";
import { WireClient } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const HELLO = { type: "hello", version: 1 };

/** A server on a free port, and what happens there. */
function open(options: Partial<ListenOptions> = {}) {
  const camera = new FakeCamera();
  const events: ClientEvent[] = [];
  let changed = Promise.withResolvers<void>();
  const onClient = (event: ClientEvent) => {
    events.push(event);
    changed.resolve();
  };
  const door = listen(camera, { host: HOST, port: 0, onClient, ...options });
  /** Waits for this many events of a type; returns the last one. */
  const told = async (type: ClientEvent["type"], count = 1): Promise<ClientEvent> => {
    while (true) {
      const found = events.filter((event) => event.type === type);
      if (found.length >= count) return found[count - 1];
      changed = Promise.withResolvers();
      await changed.promise;
    }
  };
  return {
    camera,
    events,
    told,
    port: door.address.port,
    close: () => door[Symbol.asyncDispose](),
  };
}

/** Runs a test at a server, and checks at its end that it still accepts an honest client. */
async function at(
  options: Partial<ListenOptions>,
  test: (door: ReturnType<typeof open>) => Promise<void>,
): Promise<void> {
  const door = open(options);
  try {
    await test(door);
    await using receiver = receive(HOST, { port: door.port, token: options.token });
    using frames = receiver.frames.subscribe();
    const publishing = setInterval(() => door.camera.frames.publish(frameOf(picture)), 20);
    assertEquals((await frames.next()).done, false);
    clearInterval(publishing);
  } finally {
    await door.close();
  }
}

/** The last thing that a client hears before the connection ends. */
// deno-lint-ignore no-explicit-any -- whatever the server says
async function lastWord(client: WireClient): Promise<any> {
  let last;
  for (let next = await client.message(); next; next = await client.message()) last = next;
  return last;
}

Deno.test("listen() accepts a client that answers its challenge, and sends no frame before", async () => {
  await at({ token: "secret" }, async ({ camera, port, told, events }) => {
    using client = await WireClient.connect(port);
    const { type, nonce } = await client.message();
    assertEquals(type, "challenge");
    camera.frames.publish(frameOf(picture));
    assertEquals(events, []);
    await client.send({ ...HELLO, hmac: await sign("secret", nonce) });
    assertEquals((await client.message()).type, "welcome");
    await told("joined");
    camera.frames.publish(frameOf(picture));
    assertEquals((await client.messageOf("frame")).type, "frame");
  });
});

Deno.test("listen() refuses a wrong token, none, and the answer to another challenge", async () => {
  const cases: [(nonce: string) => Promise<object>, string][] = [
    [async (nonce) => ({ ...HELLO, hmac: await sign("wrong", nonce) }), "not the token"],
    [async () => ({ ...HELLO, hmac: await sign("secret", createNonce()) }), "not the token"],
    [() => Promise.resolve(HELLO), "needs a token"],
  ];
  for (const [answer, reason] of cases) {
    await at({ token: "secret" }, async ({ port, told, events }) => {
      using client = await WireClient.connect(port);
      await client.send(await answer((await client.message()).nonce));
      const { type, code, message } = await client.message();
      assertEquals([type, code], ["error", "token"]);
      assertStringIncludes(message, reason);
      assertEquals(await client.message(), undefined);
      const refused = await told("refused");
      assertStringIncludes(refused.address, `${HOST}:`);
      assertEquals([refused.reason, refused.clients], [message, 0]);
      assertEquals(JSON.stringify(events).includes("secret"), false);
    });
  }
});

Deno.test("listen() holds back its answer to one wrong token too many, and lets the right one in at once", async () => {
  const { port, close, told } = open({ token: "secret" });
  const guess = async () => {
    const client = await WireClient.connect(port);
    await client.messageOf("challenge");
    await client.send({ ...HELLO, hmac: "00" });
    return client;
  };
  const clients = await Promise.all(
    Array.from({ length: FREE_FAILURES + MAX_HELD + 1 }, guess),
  );
  await told("refused", FREE_FAILURES + 1);
  await using receiver = receive(HOST, { port, token: "secret" });
  const joined = told("joined");
  const words = await Promise.all(
    clients.map((client) => Promise.race([lastWord(client), joined])),
  );
  const codes = words.filter((word) => "code" in word);
  // On a busy machine, the answers that are held back least may come first.
  const wrong = codes.filter((word) => word.code === "token").length;
  assert(wrong >= FREE_FAILURES && wrong < FREE_FAILURES + MAX_HELD / 2, `${wrong} answers`);
  assertEquals(codes.filter((word) => word.code === "slow").length, 1);
  assertEquals(receiver.source.reconnects, 0);
  for (const client of clients) client[Symbol.dispose]();
  await close();
});

Deno.test("receive() gives up when its token is missing or wrong", async () => {
  const { port, close } = open({ token: "secret" });
  for (
    const [token, words, code] of [[undefined, "needs a token", "no-token"], [
      "wrong",
      "not the token",
      "wrong-token",
    ]]
  ) {
    await using receiver = receive(HOST, { port, token });
    const error = await assertRejects(() => receiver.frames.ended, RefusedError, words);
    assertEquals(error.code, code);
    assertEquals(receiver.source.reconnects, 0);
  }
  await close();
});

Deno.test("receive() with a token shows nothing of a server that does not prove to know it", async () => {
  const { camera, port, close } = open();
  const publishing = setInterval(() => camera.frames.publish(frameOf(picture)), 20);
  await using receiver = receive(HOST, { port, token: "secret" });
  const error = await assertRejects(
    () => Array.fromAsync(receiver),
    RefusedError,
    "does not prove",
  );
  assertEquals(error.code, "unproven");
  assertEquals(receiver.frames.published, 0);
  clearInterval(publishing);
  await close();
});

Deno.test("receive() refuses a server whose proof is missing, wrong, or its own answer", async () => {
  const welcome = { type: "welcome", version: 1 };
  const cases = [
    () => [welcome],
    () => [{ ...welcome, proof: "00".repeat(32) }],
    ({ hmac }: { hmac?: string }) => [{ ...welcome, proof: hmac }],
    () => [{ type: "camera", state: "live" }],
  ];
  for (const answer of cases) {
    await using rogue = new ScriptedServer(async (client) => {
      await client.send({ type: "challenge", nonce: createNonce() });
      for (const word of answer(await client.message())) await client.send(word);
    });
    await using receiver = receive(HOST, { port: rogue.port, token: "secret" });
    await assertRejects(() => Array.fromAsync(receiver), RefusedError, "does not prove");
  }
});

Deno.test("listen() does not accept the answer to a challenge that was passed on without its nonce", async () => {
  await at({ token: "secret" }, async ({ port }) => {
    using client = await WireClient.connect(port);
    const { nonce } = await client.messageOf("challenge");
    const own = createNonce();
    // What a client sends to a rogue server, which relays the HMAC.
    await client.send({ ...HELLO, hmac: await sign("secret", nonce + own) });
    assertEquals((await client.message()).code, "token");
  });
});

Deno.test("neither side proves anything about a nonce that is not hex, or too long", async () => {
  const nonces = ["", "zz", "0", "0".repeat(63), "g".repeat(64), "0".repeat(MAX_NONCE_DIGITS + 2)];
  for (const nonce of nonces) {
    const said = Promise.withResolvers<unknown>();
    await using rogue = new ScriptedServer(async (client) => {
      await client.send({ type: "challenge", nonce });
      said.resolve(await client.message());
    });
    await using receiver = receive(HOST, { port: rogue.port, token: "secret" });
    assertEquals(await said.promise, undefined, nonce);
    await assertRejects(() => Array.fromAsync(receiver), RefusedError, "does not fit");
  }
  await at({ token: "secret" }, async ({ port }) => {
    // The HMAC of nothing is what a rogue server would have got for a nonce that is not hex.
    const hmac = await sign("secret", "");
    for (const nonce of nonces) {
      using client = await WireClient.connect(port);
      await client.messageOf("challenge");
      await client.send({ ...HELLO, nonce, hmac });
      assertEquals((await client.message())?.code, "protocol", nonce);
    }
  });
});

Deno.test("listen() proves that it knows the token to a client that asks for it", async () => {
  await at({ token: "secret" }, async ({ port }) => {
    using client = await WireClient.connect(port);
    const { nonce } = await client.messageOf("challenge");
    const own = createNonce();
    await client.send({ ...HELLO, nonce: own, hmac: await sign("secret", nonce + own) });
    const welcome = await client.messageOf("welcome");
    assertEquals(welcome.proof, await sign("secret", own + nonce));
  });
});

Deno.test("listen() and receive() use TLS, and each says what the other lacks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { cert, key } = await selfSigned(folder);
    const { camera, port, close, told } = open({ cert, key, token: "secret" });
    {
      await using receiver = receive(HOST, { port, token: "secret", ca: cert });
      using frames = receiver.frames.subscribe();
      await told("joined");
      camera.frames.publish(frameOf(picture));
      assertEquals((await frames.next()).done, false);
    }
    for (const token of [undefined, "secret"]) {
      await using receiver = receive(HOST, { port, token, tls: true });
      await assertRejects(() => receiver.frames.ended, RefusedError, "certificate is not trusted");
    }
    {
      await using receiver = receive(HOST, { port });
      await assertRejects(() => receiver.frames.ended, RefusedError, "this server speaks TLS");
    }
    await close();
    const plain = open();
    await using receiver = receive(HOST, { port: plain.port, tls: true });
    await assertRejects(() => receiver.frames.ended, RefusedError, "does not speak TLS");
    await plain.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("receive() says that a certificate is for another name, although its issuer is trusted", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { cert, key } = await selfSigned(folder, "DNS:camera.example");
    const { port, close } = open({ cert, key });
    await using receiver = receive(HOST, { port, ca: cert });
    const error = await assertRejects(() => receiver.frames.ended, RefusedError, "another name");
    assertEquals(error.code, "other-name");
    await close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("listen() ends a client that announces too much, with the reason", async () => {
  const announce = (length: number, first: string) => {
    const bytes = new Uint8Array(4 + first.length);
    new DataView(bytes.buffer).setUint32(0, length);
    bytes.set(new TextEncoder().encode(first), 4);
    return bytes;
  };
  const cases: [Uint8Array, string][] = [
    [announce(0xffffffff, ""), "4294967295 bytes was announced"],
    [announce(1024 * 1024, "{"), "1048576 bytes was announced"],
    [announce(MAX_GREETING_BYTES - 3, "{"), `the limit is ${MAX_GREETING_BYTES - 4}`],
    [crypto.getRandomValues(new Uint8Array(64)).fill(0xee, 0, 4), "was announced"],
    [new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"), "was announced"],
  ];
  for (const token of [undefined, "secret"]) {
    await at({ token }, async ({ port, told }) => {
      for (const [i, [bytes, reason]] of cases.entries()) {
        using client = await WireClient.connect(port);
        await client.write(bytes);
        assertStringIncludes((await lastWord(client)).message, reason);
        const event = await told(token ? "refused" : "left", i + 1);
        assertStringIncludes(event.reason!, reason);
      }
    });
  }
});

Deno.test("listen() accepts a longer control message once it has greeted, up to the limit", async () => {
  await at({}, async ({ port }) => {
    using client = await WireClient.connect(port);
    // In one write: the limit is judged for each message in its turn.
    const filler = "x".repeat(MAX_CONTROL_BYTES - 40);
    const text = JSON.stringify({ type: "news", filler });
    await client.send(HELLO);
    await client.send(new TextEncoder().encode(text));
    await client.send({ type: "ping", sent: 1 });
    assertEquals((await client.messageOf("pong")).sent, 1);
    await client.write(new Uint8Array([0, 1, 0, 1, 0x7b]));
    assertStringIncludes((await lastWord(client)).message, `the limit is ${MAX_CONTROL_BYTES}`);
  });
});

Deno.test("listen() ends a client that is silent, slow, or stops half-way, after 5 s and with the reason", async () => {
  await at({ token: "secret" }, async ({ port, told, events }) => {
    const startedAt = performance.now();
    using silent = await WireClient.connect(port);
    using half = await WireClient.connect(port);
    await half.write(new Uint8Array([0, 0, 0, 40, 0x7b]));
    using slow = await WireClient.connect(port);
    const dripping = setInterval(() => slow.write(new Uint8Array(1)).catch(() => {}), 1500);
    await told("refused", 3);
    clearInterval(dripping);
    const took = performance.now() - startedAt;
    assert(took > MESSAGE_MS - 100, `${took} ms`);
    const reasons = events.map(({ reason }) => reason).join("\n");
    assertEquals(reasons.match(/within 5 s/g)?.length, 3, reasons);
    assertEquals((await lastWord(silent)).code, "late");
  });
});

Deno.test("listen() ends a client that stops half-way through a message after the greeting", async () => {
  await at({}, async ({ port, told }) => {
    using client = await WireClient.connect(port);
    await client.send(HELLO);
    await client.write(new Uint8Array([0, 0]));
    assertStringIncludes((await told("left")).reason!, "did not finish a message within 5 s");
  });
});

Deno.test("listen() accepts no more clients than its limit when many answer at the same time", async () => {
  const { port, close, events } = open({ token: "secret", maxClients: 3 });
  const clients = await Promise.all(Array.from({ length: 12 }, () => WireClient.connect(port)));
  const hellos = await Promise.all(clients.map(async (client) => {
    const { nonce } = await client.message();
    return { ...HELLO, hmac: await sign("secret", nonce) };
  }));
  const answers = await Promise.all(clients.map(async (client, i) => {
    await client.send(hellos[i]);
    return await client.message();
  }));
  assertEquals(answers.filter(({ type }) => type === "welcome").length, 3);
  assertEquals(answers.filter(({ code }) => code === "full").length, 9);
  assertEquals(Math.max(...events.map(({ clients }) => clients)), 3);
  for (const client of clients) client[Symbol.dispose]();
  await close();
});

Deno.test("listen() tells only a few of the clients that it has no room for why", async () => {
  // On a busy machine, the server would give up those that have not yet read why.
  using _ = new StillTime();
  const { port, close, told } = open({ maxClients: 1 });
  using _first = await WireClient.connect(port);
  await told("joined");
  const others: WireClient[] = [];
  for (let i = 0; i < 3 * MAX_FAREWELLS; i++) others.push(await WireClient.connect(port));
  await told("refused", others.length);
  const words = await Promise.all(others.map(async (client) => {
    await client.send(HELLO).catch(() => {});
    return await lastWord(client).catch(() => undefined);
  }));
  assertEquals(words.filter((word) => word?.code === "full").length, MAX_FAREWELLS);
  for (const client of others) client[Symbol.dispose]();
  await close();
});

Deno.test("listen() accepts a client with the token while strangers fill its waiting room", async () => {
  const { port, close, told, events } = open({ token: "secret", maxClients: 1 });
  const strangers: WireClient[] = [];
  for (let i = 0; i < 2 * MAX_WAITING; i++) strangers.push(await WireClient.connect(port));
  await using receiver = receive(HOST, { port, token: "secret" });
  const { address } = await told("joined");
  assertEquals(strangers.some((stranger) => stranger.address === address), false);
  assertEquals(receiver.source.reconnects, 0);
  const evicted = events.filter(({ reason }) => reason?.includes("while others waited"));
  assert(evicted.length >= MAX_WAITING, `${evicted.length} made room`);
  for (const stranger of strangers) stranger[Symbol.dispose]();
  await close();
});

Deno.test("listen() survives ten thousand clients that connect and leave", async () => {
  for (const token of [undefined, "secret"]) {
    await at({ token }, async ({ port }) => {
      for (let i = 0; i < 10_000; i++) (await WireClient.connect(port))[Symbol.dispose]();
    });
  }
});

Deno.test("listen() gives a place to another address when one address has them all", async () => {
  const { port, close, told, events } = open({ maxClients: 4 });
  const clients: WireClient[] = [];
  for (let i = 1; i <= 4; i++) {
    clients.push(await WireClient.connect(port));
    await told("joined", i);
  }
  // A fifth one from there is refused; one from another address gets the oldest one's place.
  using fifth = await WireClient.connect(port);
  await fifth.send(HELLO);
  assertEquals((await fifth.message()).code, "full");
  const other = new Deno.Command("python3", {
    args: ["-c", FROM_ANOTHER_ADDRESS, String(port)],
    stdout: "piped",
  }).spawn();
  await told("joined", 5);
  const left = await told("left");
  assertEquals(left.address, clients[0].address);
  assertStringIncludes(left.reason!, "another address");
  assertEquals(events.filter(({ type }) => type === "left").length, 1);
  other.kill();
  await other.status;
  await other.stdout.cancel();
  for (const client of clients) client[Symbol.dispose]();
  await close();
});

/** Connects from 127.0.0.2, which Deno cannot, and stays. */
const FROM_ANOTHER_ADDRESS = `
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), source_address=("127.0.0.2", 0))
while connection.recv(4096): pass
`;

Deno.test("listen() ends a client that acknowledges more frames than it got", async () => {
  await at({}, async ({ port, told }) => {
    using client = await WireClient.connect(port);
    await client.send(HELLO);
    await client.messageOf("camera");
    await client.acknowledge();
    assertStringIncludes((await told("left")).reason!, "more frames than it got");
  });
});

Deno.test("listen() ends a client that sends too many messages in a second", async () => {
  await at({}, async ({ port, told }) => {
    using client = await WireClient.connect(port);
    await client.send(HELLO);
    const news = new TextEncoder().encode('{"type":"news"}');
    const message = new Uint8Array([0, 0, 0, news.length, ...news]);
    const flood = new Uint8Array(message.length * (MAX_CONTROLS_PER_SECOND + 10));
    for (let at = 0; at < flood.length; at += message.length) flood.set(message, at);
    await client.write(flood).catch(() => {});
    assertStringIncludes((await told("left")).reason!, "messages in a second");
  });
});

Deno.test("listen() ends a client that sends too many bytes of messages in a second", async () => {
  await at({}, async ({ port, told }) => {
    using client = await WireClient.connect(port);
    await client.send(HELLO);
    const long = { type: "news", text: "x".repeat(60_000) };
    const sending = (async () => {
      // Four times as much as may come in a second.
      for (let sent = 0; sent < 4 * CLIENT_CONTROL_BYTES; sent += 60_000) await client.send(long);
    })().catch(() => {});
    const kibibytes = CLIENT_CONTROL_BYTES / 1024;
    assertStringIncludes((await told("left")).reason!, `${kibibytes} KiB of messages in a second`);
    await sending;
  });
});
