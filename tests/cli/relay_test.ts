import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { type Device, openDevice } from "../../lib/cli/open_device.ts";
import { parseRelay } from "../../lib/cli/relay_address.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { camerasOf } from "../../lib/flow/cameras.ts";
import { FIRST_IN_FLIGHT } from "../../lib/flow/link_estimate.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { receive, type Receiver } from "../../lib/client/receive.ts";
import { listen, type Listener } from "../../lib/server/listen.ts";
import { now } from "../../lib/time/clock.js";
import { selfSigned } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { Program, serverPort, startServer } from "../support/programs.ts";
import { WireClient } from "../support/wire_client.ts";

const HOST = "127.0.0.1";
const [picture] = await testPictures(1);

/** A camera, and servers behind it that each relay the one before. */
class Chain implements AsyncDisposable {
  readonly servers: Listener[] = [];
  readonly relays: Device[] = [];
  /** The last one, as a client receives it. */
  readonly end: Receiver;

  constructor(hops: number, readonly camera: FakeCamera = new FakeCamera()) {
    this.servers.push(listen(this.camera, { host: HOST, port: 0 }));
    while (this.servers.length < hops) {
      const { port } = this.servers.at(-1)!.address;
      const relay = openDevice({ device: `socketcam://${HOST}:${port}` });
      this.relays.push(relay);
      this.servers.push(listen(relay, { host: HOST, port: 0 }));
    }
    this.end = receive(HOST, { port: this.servers.at(-1)!.address.port });
  }

  /** Waits until somebody watches the camera, or nobody. */
  async watched(count: number): Promise<void> {
    const { frames } = this.camera;
    await eventually(
      () => frames.subscribers === count,
      () => `${frames.subscribers} watch instead of ${count}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [this.end, ...this.servers.toReversed(), ...this.relays.toReversed()]) {
      await part[Symbol.asyncDispose]();
    }
  }
}

Deno.test("frames keep their numbers and times over three hops, and the last one knows the first one's clock", async () => {
  const camera = new FakeCamera();
  // An hour behind.
  const ahead = -3600_000;
  camera.now = () => now() + ahead;
  await using chain = new Chain(4, camera);
  const { end } = chain;
  const frames = end.frames.subscribe();
  await chain.watched(1);
  for (const sequence of [7, 8, 1000]) {
    const capturedAt = now() + ahead - sequence;
    camera.frames.publish(frameOf(picture, sequence, capturedAt));
    const { value: frame } = await frames.next();
    assertEquals(frame!.sequence, sequence);
    assertAlmostEquals(frame!.capturedAt, capturedAt, 0.001);
    assertEquals(frame!.bytes, camera.frames.latest!.bytes);
  }
  // The rest is the hops' error when they asked for the time.
  const apart = () => Math.abs(end.now() - camera.now());
  await eventually(() => apart() < 5000, () => `${apart()} ms apart`);
  assertEquals(end.info, camera.info);
  frames.return();
});

Deno.test("no hop of a chain gets frames while nobody watches its end", async () => {
  await using chain = new Chain(4);
  const { camera, end, relays } = chain;
  const frames = end.frames.subscribe();
  await chain.watched(1);
  camera.frames.publish(frameOf(picture, 1));
  await frames.next();
  frames.return();
  await chain.watched(0);
  const received = () => [...relays, end].map(({ arrivals }) => arrivals.received);
  const before = received();
  assertEquals(before, [1, 1, 1, 1]);
  camera.frames.publish(frameOf(picture, 2));
  // The next who comes gets nothing of it.
  const again = end.frames.subscribe();
  await chain.watched(1);
  camera.frames.publish(frameOf(picture, 3));
  assertEquals((await again.next()).value?.sequence, 3);
  assertEquals(received(), [2, 2, 2, 2]);
  again.return();
});

Deno.test("a viewer in the middle of a chain wakes only what is before it", async () => {
  await using chain = new Chain(4);
  await eventually(() => chain.end.status.latest?.state === "live", () => "the end is not live");
  await chain.watched(0);
  const { port } = chain.servers[1].address;
  await using middle = receive(HOST, { port });
  const frames = middle.frames.subscribe();
  await chain.watched(1);
  const later = chain.relays.slice(1).map(({ arrivals }) => arrivals.received);
  chain.camera.frames.publish(frameOf(picture, 1));
  assertEquals((await frames.next()).value?.sequence, 1);
  assertEquals(chain.relays.slice(1).map(({ arrivals }) => arrivals.received), later);
  frames.return();
});

Deno.test("a slow client behind three hops gets the newest frame when it has taken the first ones, and no hop waits for it", async () => {
  await using chain = new Chain(4);
  const { camera, relays, servers } = chain;
  using client = await WireClient.connect(servers.at(-1)!.address.port);
  await client.send({ type: "hello", version: 1, acknowledges: true });
  await chain.watched(1);
  const publish = async (sequence: number) => {
    camera.frames.publish(frameOf(picture, sequence));
    const last = () => relays.at(-1)!.frames.latest?.sequence;
    await eventually(() => last() === sequence, () => `${last()} instead of ${sequence}`);
  };
  const next = async () => readExif((await client.messageOf("frame")).bytes)!.sequence;
  for (let sequence = 1; sequence <= 50; sequence++) await publish(sequence);
  const first = Array.from({ length: FIRST_IN_FLIGHT }, (_, i) => 1 + i);
  for (const sequence of first) assertEquals(await next(), sequence);
  await client.acknowledge();
  assertEquals(await next(), 50);
});

Deno.test("a camera that is lost is lost at the end of a chain, for the same reason, and returns", async () => {
  await using chain = new Chain(3);
  const { camera, end } = chain;
  camera.status.publish({ state: "lost", reason: "it was unplugged" });
  const reason = () => end.status.latest?.state === "lost" && end.status.latest.reason;
  await eventually(() => reason() === "it was unplugged", () => `${reason()}`);
  assertMatch(`${chain.relays.at(-1)!.error}`, /it was unplugged/);
  camera.status.publish({ state: "live" });
  await eventually(() => end.status.latest?.state === "live", () => `${reason()}`);
});

Deno.test("a relay has the token of its own server, or the one in its address", async () => {
  await using server = listen(new FakeCamera(), { host: HOST, port: 0, token: "a secret" });
  const { port } = server.address;
  const open = (user: string, token?: string) =>
    openDevice({ device: `socketcam://${user}${HOST}:${port}/`, token });
  for (const [user, token] of [["", "a secret"], [":a%20secret@", "another"]]) {
    await using relay = open(user, token);
    await relay.ready;
    assertEquals(relay.status.latest?.state, "live");
  }
  for (const token of [undefined, "wrong"]) {
    await using relay = open("", token);
    const { message } = await assertRejects(() => relay.ready, Error);
    assertMatch(
      message,
      /; give (it|the right one) with --token, or in --device socketcam:\/\/:TOKEN@HOST$/,
    );
  }
});

Deno.test("a relay names one of a server's cameras, and is refused when there is no camera of this name", async () => {
  const [porch, garden] = [new FakeCamera(), new FakeCamera()];
  await using server = listen(camerasOf({ porch, garden }), { host: HOST, port: 0 });
  const open = (camera: string) =>
    openDevice({ device: `socketcam://${HOST}:${server.address.port}/${camera}` });
  for (const [name, camera] of [["garden", garden], ["", porch]] as const) {
    await using relay = open(name);
    await relay.ready;
    const frames = relay.frames.subscribe();
    await eventually(() => camera.frames.subscribers === 1, () => "nobody watches");
    camera.frames.publish(frameOf(picture, 5));
    assertEquals((await frames.next()).value?.sequence, 5);
    frames.return();
  }
  await using none = open("attic");
  const { message } = await assertRejects(() => none.ready, Error);
  assertMatch(message, /attic.*porch, garden/);
});

Deno.test("a relay whose server is down waits for it", async () => {
  using reserved = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = reserved.addr;
  reserved.close();
  await using relay = openDevice({ device: `socketcam://${HOST}:${port}` });
  await relay.ready;
  assertMatch(`${relay.error}`, /no server at 127\.0\.0\.1/);
  await using _ = listen(new FakeCamera(), { host: HOST, port });
  await eventually(() => relay.status.latest?.state === "live", () => `${relay.error}`);
});

Deno.test("a relay is always on if its server is", async () => {
  const camera = new FakeCamera();
  await using server = listen(camera, { host: HOST, port: 0 });
  const device = `socketcam://${HOST}:${server.address.port}`;
  await using relay = openDevice({ device, alwaysOn: true });
  await eventually(() => camera.frames.subscribers === 1, () => "nobody watches");
  camera.frames.publish(frameOf(picture, 1));
  await eventually(() => relay.arrivals.received === 1, () => "no frame came");
  assertEquals(relay.counts.bytes, camera.frames.latest!.bytes.length);
});

Deno.test("server.ts relays a server behind TLS and a token, which trusts the certificate of the environment", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { certFile, keyFile } = await selfSigned(folder);
    const tls = ["--cert", certFile, "--key", keyFile, "--token", "a secret"];
    await using first = startServer("--device", "test", "--size", "320x240", "--port", "0", ...tls);
    const device = `socketcams://localhost:${await serverPort(first)}/1`;
    const relay = ["run", "-A", "server.ts", "--port", "0", "--device", device];
    await using second = new Program(Deno.execPath(), relay, {
      ...{ DENO_CERT: certFile, SOCKETCAM_TOKEN: "a secret" },
    });
    const port = Number(await serverPort(second));
    assertMatch(second.stdout, /camera: test picture/);
    await using end = receive(HOST, { port, token: "a secret" });
    for await (const { sequence } of end) {
      assert(sequence > 0);
      break;
    }
    await using third = new Program(Deno.execPath(), relay, { SOCKETCAM_TOKEN: "a secret" });
    assertEquals(await third.ends(), 1);
    assertMatch(
      third.stderr,
      /is not trusted.*; name its issuer in the environment: DENO_CERT=FILE/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Addresses, and what they mean. */
const ADDRESSES = {
  "socketcam://x": { host: "x", port: 9999, tls: false, camera: undefined, token: undefined },
  "socketcam://x:81/": { host: "x", port: 81, tls: false, camera: undefined, token: undefined },
  "socketcams://x/porch": {
    ...{ host: "x", port: 9999, tls: true, camera: "porch", token: undefined },
  },
  "SOCKETCAM://:a%3Ab@[::1]:81/2/": {
    ...{ host: "::1", port: 81, tls: false, camera: "2", token: "a:b" },
  },
};

for (const [device, address] of Object.entries(ADDRESSES)) {
  Deno.test(`--device takes ${device}`, () => assertEquals(parseRelay(device), address));
}

for (const device of ["socketcam:", "socketcam://", "socketcam://x:99999", "socketcam://x/a/b"]) {
  Deno.test(`--device ${device} is refused with a sentence that names the form`, () => {
    assertMatch(
      assertThrows(() => openDevice({ device }), UsageError).message,
      /: write it as socketcam:\/\/HOST:PORT\/CAMERA$/,
    );
  });
}

Deno.test("frames of another server cannot be filtered here", () => {
  assertMatch(
    assertThrows(() => openDevice({ device: "socketcam://x", filter: "hflip" }), UsageError)
      .message,
    /^--filter is for cameras of this server: the frames of x:9999 are passed on as they are/,
  );
});
