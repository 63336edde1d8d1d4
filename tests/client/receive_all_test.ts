import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { concat } from "@std/bytes/concat";
import { CameraNames } from "../../lib/client/camera_names.ts";
import { receive } from "../../lib/client/receive.ts";
import { receiveAll, type RemoteCameras } from "../../lib/client/receive_all.ts";
import { RefusedError } from "../../lib/client/refused_error.ts";
import { camerasOf } from "../../lib/flow/cameras.ts";
import { listen } from "../../lib/server/listen.ts";
import { MAX_CONTROLS_PER_SECOND } from "../../lib/wire/protocol.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { freePort } from "../support/ports.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { framed, WireClient } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";

/** Waits until the cameras are called so, in this order. */
function called(cameras: RemoteCameras, ...names: string[]): Promise<void> {
  const now = () => [...cameras.latest?.keys() ?? []].join(" ");
  return eventually(
    () => now() === names.join(" "),
    () => `${now()} instead of ${names.join(" ")}`,
  );
}

/** A server that runs `script` with each of its clients at the same time. */
function rogue(script: (client: WireClient) => Promise<void>) {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const clients = new AsyncDisposableStack();
  const accepting = (async () => {
    for await (const conn of listener) {
      const client = clients.use(WireClient.of(conn));
      void script(client).catch(() => {});
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await clients[Symbol.asyncDispose]();
    },
  };
}

function serve(names: readonly string[], port = 0) {
  const fakes = new Map(names.map((name) => [name, new FakeCamera()]));
  const cameras = camerasOf(fakes);
  return { fakes, cameras, server: listen(cameras, { host: HOST, port }) };
}

Deno.test("receive() gets the camera that it names, and refuses one that is not there", async () => {
  const { fakes, server } = serve(["porch", "garden"]);
  await using _ = server;
  const { port } = server.address;
  await using remote = receive(HOST, { port, camera: "garden" });
  using frames = remote.frames.subscribe();
  await fakes.get("garden")!.watched;
  fakes.get("garden")!.frames.publish(frameOf(picture, 3));
  assertEquals((await frames.next()).value?.sequence, 3);
  assertEquals(remote.cameras.latest?.map(({ id }) => id), ["porch", "garden"]);
  await using wrong = receive(HOST, { port, camera: "gate" });
  const error = await assertRejects(() => wrong.frames.ended, RefusedError);
  assertEquals(error.code, "no-camera");
  assertEquals(
    error.message,
    `${HOST}:${port}: there is no camera "gate"; there are porch, garden`,
  );
});

Deno.test("receive() shows no frame of another camera, and refuses an older server's only one", async () => {
  await using server = new ScriptedServer(async (client) => {
    await client.messageOf("hello");
    // What an older server does, and a newer one that has not read the greeting yet.
    await client.send(picture);
    await client.send({ type: "welcome", version: 1, camera: { name: "x", mode: "" } });
  });
  await using remote = receive(HOST, { port: server.port, camera: "garden" });
  const error = await assertRejects(() => remote.frames.ended, RefusedError);
  assertEquals([error.code, remote.arrivals.received], ["no-camera", 0]);
});

Deno.test("receiveAll() gives each camera of each server, with a connection and a demand of its own", async () => {
  const one = serve(["porch", "garden"]);
  await using _one = one.server;
  const two = serve(["shed"]);
  await using _two = two.server;
  const ports = [one, two].map(({ server }) => ({ host: HOST, port: server.address.port }));
  await using cameras = receiveAll(ports);
  await called(cameras, "porch", "garden", "shed");
  assertEquals([one.server.clients, two.server.clients], [2, 1]);
  for (const { fakes } of [one, two]) {
    for (const [name, fake] of fakes) {
      assertEquals(fake.frames.subscribers, 0);
      using frames = cameras.latest!.get(name)!.frames.subscribe();
      await eventually(() => fake.frames.subscribers === 1, () => `nobody watches ${name}`);
      fake.frames.publish(frameOf(picture, 5));
      assertEquals((await frames.next()).value?.sequence, 5);
    }
  }
});

Deno.test("receiveAll() follows cameras that come and go, and keeps the connections of the others", async () => {
  const { cameras: there, fakes, server } = serve(["porch", "garden"]);
  await using _ = server;
  await using cameras = receiveAll([HOST], { port: server.address.port });
  await called(cameras, "porch", "garden");
  const garden = cameras.latest!.get("garden");
  there.publish(new Map([["garden", fakes.get("garden")!], ["shed", new FakeCamera()]]));
  await called(cameras, "garden", "shed");
  assertEquals(cameras.latest!.get("garden"), garden);
  assertEquals(garden!.source.reconnects, 0);
  there.publish(new Map());
  await called(cameras, "1");
  there.publish(new Map([["gate", new FakeCamera()]]));
  await called(cameras, "gate");
});

Deno.test("receiveAll() shows a server that is down as a camera, and the others meanwhile", async () => {
  const up = serve(["porch"]);
  await using _up = up.server;
  const port = freePort();
  await using cameras = receiveAll([
    { host: HOST, port },
    { host: HOST, port: up.server.address.port },
  ]);
  const standIn = `${HOST}-${port}-1`;
  await called(cameras, standIn, "porch");
  const { latest } = cameras;
  await eventually(
    () => latest!.get(standIn)!.status.latest?.state === "lost",
    () => "the server that is down is not lost",
  );
  const down = serve(["porch", "garden"], port);
  await using _down = down.server;
  await called(
    cameras,
    `${HOST}-${port}-porch`,
    "garden",
    `${HOST}-${up.server.address.port}-porch`,
  );
  assertEquals([...latest!.values()][1], [...cameras.latest!.values()][2]);
});

Deno.test("receiveAll() keeps the cameras of a server that is lost, and finds others when it returns", async () => {
  const first = serve(["porch", "garden"]);
  const { port } = first.server.address;
  await using cameras = receiveAll([HOST], { port });
  await called(cameras, "porch", "garden");
  await first.server[Symbol.asyncDispose]();
  await eventually(
    () => [...cameras.latest!.values()].every(({ status }) => status.latest?.state === "lost"),
    () => "a camera of the lost server is not lost",
  );
  assertEquals([...cameras.latest!.keys()], ["porch", "garden"]);
  const second = serve(["garden", "shed"], port);
  await using _ = second.server;
  await called(cameras, "garden", "shed");
});

Deno.test("receiveAll() takes an older server for one camera", async () => {
  await using server = new ScriptedServer(async (client) => {
    await client.messageOf("hello");
    await client.send({ type: "welcome", version: 1, camera: { name: "x", mode: "" } });
    await client.send(picture);
    const { sent } = await client.messageOf("ping");
    await client.send({ type: "pong", sent, now: sent });
  });
  await using cameras = receiveAll([HOST], { port: server.port });
  const [camera] = cameras.latest!.values();
  using frames = camera.frames.subscribe();
  assert((await frames.next()).value);
  assertEquals([...cameras.latest!.keys()], ["1"]);
  assertEquals(cameras.latest!.get("1"), camera);
});

Deno.test("receiveAll() receives only the cameras that are named, and says which are not there", async () => {
  const { server } = serve(["porch", "garden", "shed"]);
  await using _ = server;
  const { port } = server.address;
  const troubles: string[] = [];
  const onTrouble = (reason: string) => troubles.push(reason);
  await using some = receiveAll([HOST], { port, cameras: ["shed", "gate"], onTrouble });
  await called(some, "shed");
  await eventually(() => server.clients === 1, () => `${server.clients} clients`);
  assertEquals(troubles, [`there is no camera "gate"; there are porch, garden, shed`]);
  await using none = receiveAll([HOST], { port, cameras: ["gate"] });
  const error = await assertRejects(() => none.ended, RefusedError, `there is no camera "gate"`);
  assertEquals(error.code, "no-camera");
});

Deno.test("receiveAll() ends when its only server refuses it, and tries again when there are others", async () => {
  const camera = new FakeCamera();
  await using server = listen(camera, { host: HOST, port: 0, token: "secret" });
  const { port } = server.address;
  await using one = receiveAll([HOST], { port });
  const error = await assertRejects(() => one.ended, RefusedError, "needs a token");
  assertEquals(error.code, "no-token");
  await using other = listen(camera, { host: HOST, port: 0 });
  await using both = receiveAll([{ host: HOST, port }, { host: HOST, port: other.address.port }]);
  await eventually(
    () => [...both.latest!.values()][0].source.status.state === "refused",
    () => "it was not refused",
  );
  const [{ source: { status } }] = both.latest!.values();
  assert(status.state === "refused" && status.retryAt !== undefined);
  await eventually(
    () => [...both.latest!.values()][1].source.status.state === "connected",
    () => "the other one is not connected",
  );
});

Deno.test("receiveAll() opens few connections to a server that lists other cameras all the time", async () => {
  let connections = 0;
  let lists = 0;
  const list = () => {
    lists++;
    return Array.from({ length: 8 }, (_, i) => ({ id: `camera-${lists}-${i}` }));
  };
  const rename = async (client: WireClient) => {
    await client.messageOf("hello");
    await client.send({ type: "welcome", version: 1, cameras: list() });
    while (true) {
      await client.send({ type: "cameras", cameras: list() });
      await delay(5);
    }
  };
  await using server = rogue((client) => {
    connections++;
    return rename(client);
  });
  const honest = serve(["porch"]);
  await using _ = honest.server;
  await using cameras = receiveAll([
    { host: HOST, port: server.port },
    { host: HOST, port: honest.server.address.port },
  ]);
  await eventually(() => lists > 1000, () => `${lists} lists`);
  assert(connections < 100, `${connections} connections for ${lists} lists`);
  assert(cameras.latest!.has("porch"));
});

Deno.test("receiveAll() counts the messages of all connections to a server together", async () => {
  const list = Array.from({ length: 8 }, (_, i) => ({ id: `camera-${i}` }));
  const message = framed({ type: "unknown" });
  const flood = concat(new Array(MAX_CONTROLS_PER_SECOND - 2).fill(message));
  await using server = rogue(async (client) => {
    await client.messageOf("hello");
    await client.send({ type: "welcome", version: 1, cameras: list });
    // In one write: a busy machine would take seconds for a thousand.
    await client.write(flood);
  });
  await using cameras = receiveAll([HOST], { port: server.port });
  const reasons = () =>
    [...cameras.latest!.values()].map(({ source: { status } }) =>
      "reason" in status && status.reason || ""
    );
  await eventually(
    () => reasons().some((reason) => reason.includes("messages in a second")),
    () => reasons().join("; "),
  );
});

Deno.test("CameraNames puts the server in front of numbers, and of names that are the same", () => {
  const names = (ids: readonly [host: string, id: string][], ...more: [string, string][]) => {
    const cameras = [...ids, ...more].map(([at, id]) => {
      const [host, port] = at.split("!");
      return { server: { host, port: Number(port) }, id };
    });
    const servers = new Map(cameras.map(({ server }) => [`${server.host}!${server.port}`, server]));
    return new CameraNames([...servers.values()]).of(cameras);
  };
  assertEquals(names([["a!1", "1"], ["a!1", "porch"]]), ["1", "porch"]);
  assertEquals(names([["a!1", "1"], ["b!1", "1"]]), ["a-1", "b-1"]);
  assertEquals(names([["a.local!1", "porch"], ["b!1", "Porch"], ["b!1", "x"]]), [
    "a.local-porch",
    "b-Porch",
    "x",
  ]);
  assertEquals(names([["a!1", "porch"], ["a!2", "porch"]]), ["a-1-porch", "a-2-porch"]);
  assertEquals(names([["fe80::1%eth0!1", "1"], ["b!1", "porch"]]), ["fe80-1-eth0-1", "porch"]);
  // Not the name of another server's camera.
  assertEquals(names([["a!1", "1"], ["b!1", "A-1"]]), ["a-1", "b-A-1"]);
  assertEquals(names([["a!1", "b-1"], ["a-b!1", "1"], ["a!1", "1"], ["c!1", "b-1"]]), [
    "a-b-1",
    "a-b-1.2",
    "a-1",
    "c-b-1",
  ]);
});
