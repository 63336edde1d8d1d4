import { assert, assertEquals, assertMatch } from "@std/assert";
import { readClientOptions } from "../../lib/cli/client_options.ts";
import { readServerOptions } from "../../lib/cli/server_options.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/ports.ts";
import { clientUrl, serverPort, startClient, startServer } from "../support/programs.ts";

const LOCAL = ["--host", "127.0.0.1"];

interface Entry {
  readonly id: string;
  readonly name: string | null;
  readonly reason: string | null;
}

async function listAt(url: string): Promise<Entry[]> {
  return await (await fetch(`${url}/cameras`)).json();
}

async function sizeAt(url: string): Promise<{ width: number; height: number }> {
  const response = await fetch(url);
  assertEquals(response.status, 200, url);
  return jpegSize(await response.bytes());
}

Deno.test("server.ts serves several cameras, and client.ts shows the cameras of several servers", async () => {
  await using first = startServer(
    ...["--device", "porch=test", "--device", "garden=test", "--device", "test"],
    ...["--size", "320x240", "--size", "garden=160x120", "--fps", "10"],
    ...[...LOCAL, "--port", "0", "--http-port", "0"],
  );
  await using second = startServer("--device", "test", "--size", "64x48", ...LOCAL, "--port", "0");
  const ports = [await serverPort(first), await serverPort(second)];
  assertMatch(first.stdout, /^server: listening on 127.0.0.1:\d+ \(camera: porch, garden, 3\)$/m);
  await first.says(/^server: garden: camera live: test picture, 160x120 at 10, encoded$/m);
  const down = freePort();
  await using client = startClient(
    ...[...ports, down].flatMap((port) => ["--host", `127.0.0.1:${port}`]),
    ...["--http-port", "0"],
  );
  const url = await clientUrl(client);
  await client.says(/\(from (127\.0\.0\.1:\d+(, )?){3}\)$/m);
  const ids = [
    ...["porch", "garden"],
    ...[[ports[0], 3], [ports[1], 1], [down, 1]].map(([port, id]) => `127.0.0.1-${port}-${id}`),
  ];
  let list: Entry[] = [];
  await eventually(
    async () => {
      list = await listAt(url);
      return ids.every((id) => list.some((camera) => camera.id === id));
    },
    () => `these cameras: ${JSON.stringify(list)}`,
  );
  assertEquals(list.map(({ id }) => id), ids);
  const [third, other, missing] = ids.slice(2);
  assertEquals(await sizeAt(`${url}/porch/snapshot`), { width: 320, height: 240 });
  assertEquals(await sizeAt(`${url}/garden/snapshot`), { width: 160, height: 120 });
  assertEquals(await sizeAt(`${url}/${third}/snapshot`), { width: 320, height: 240 });
  assertEquals(await sizeAt(`${url}/${other}/snapshot`), { width: 64, height: 48 });
  assertEquals(await sizeAt(`${url}/?action=snapshot_1`), { width: 160, height: 120 });
  assertMatch(list.at(-1)!.reason!, /no server at 127\.0\.0\.1:/);
  assertEquals((await fetch(`${url}/healthz`)).status, 200);
  assertEquals((await (await fetch(`${url}/${missing}/state`)).json()).source.state, "connecting");
  await client.says(/^client: garden: camera live$/m);
  for (const name of ["porch", "garden", "3"]) {
    await first.says(
      new RegExp(`^server: ${name}: 127\\.0\\.0\\.1:\\d+ joined \\(\\d clients?\\)$`, "m"),
    );
  }
  await second.says(/^server: 127\.0\.0\.1:\d+ joined \(1 client\)$/m);
  // One that is lost disturbs no other.
  second.kill("SIGKILL");
  await second.ends();
  await client.says(
    new RegExp(`^client: .*127\\.0\\.0\\.1:${ports[1]}.*trying again, next in`, "m"),
  );
  assertEquals(await sizeAt(`${url}/porch/snapshot`), { width: 320, height: 240 });
  const [here] = await first.says(/http:\/\/localhost:\d+/);
  assertEquals((await listAt(here)).map(({ id }) => id), ["porch", "garden", "3"]);
  assertEquals(await sizeAt(`${here}/garden/snapshot`), { width: 160, height: 120 });
});

Deno.test("server.ts waits for one of several cameras that is not there, and serves the others", async () => {
  await using server = startServer(
    ...["--device", "porch=/dev/video977", "--device", "garden=test", "--size", "64x48"],
    ...[...LOCAL, "--port", "0", "--http-port", "0"],
  );
  await serverPort(server);
  await server.says(/^server: porch: camera lost: .*\/dev\/video977/m);
  const [url] = await server.says(/http:\/\/localhost:\d+/);
  assertEquals(await sizeAt(`${url}/garden/snapshot`), { width: 64, height: 48 });
});

Deno.test("server.ts names the camera that cannot work, and exits with 1", async () => {
  await using server = startServer("--device", "a=test", "--device", "b=LICENSE", "--port", "0");
  assertEquals(await server.ends(), 1);
  assertMatch(server.stderr, /^server: b: .*LICENSE.*$/m);
});

Deno.test("client.ts shows only the cameras that are named, and exits with 1 if none is there", async () => {
  const args = ["--device", "porch=test", "--device", "garden=test", "--size", "64x48"];
  await using server = startServer(...args, ...LOCAL, "--port", "0");
  const port = await serverPort(server);
  const start = (...names: string[]) =>
    startClient(
      ...["--host", `127.0.0.1:${port}`, "--http-port", "0"],
      ...names.flatMap((name) => ["--camera", name]),
    );
  await using some = start("garden", "gate");
  await some.says(/^client: there is no camera "gate"; there are porch, garden$/m);
  assertEquals((await listAt(await clientUrl(some))).map(({ id }) => id), ["garden"]);
  await using none = start("gate");
  assertEquals(await none.ends(), 1);
  assertMatch(none.stderr, /: there is no camera "gate"; there are porch, garden; .*--camera/);
});

Deno.test("client.ts goes on when one of several servers refuses it, and says what would help", async () => {
  const camera = ["--device", "test", "--size", "64x48", ...LOCAL, "--port", "0"];
  await using open = startServer(...camera);
  await using closed = startServer(...camera, "--token", "secret");
  const ports = [await serverPort(open), await serverPort(closed)];
  await using client = startClient(
    ...ports.flatMap((port) => ["--host", `127.0.0.1:${port}`]),
    ...["--http-port", "0"],
  );
  await client.says(/needs a token; give it with --token; trying again, next in/);
  const name = `127.0.0.1-${ports[0]}-1`;
  await client.says(new RegExp(`^client: ${name}: camera live$`, "m"));
  const url = await clientUrl(client);
  assertEquals(await sizeAt(`${url}/${name}/snapshot`), { width: 64, height: 48 });
});

Deno.test("several servers and cameras may be in one variable", () => {
  const withVariable = <T>(name: string, value: string, read: () => T): T => {
    Deno.env.set(name, value);
    try {
      return read();
    } finally {
      Deno.env.delete(name);
    }
  };
  const devices = withVariable(
    "SOCKETCAM_SERVER_DEVICE",
    "porch=/dev/video0\ngarden=rtsp://x/a,b",
    () => readServerOptions([]).cameras.map(({ name, device }) => `${name} ${device}`),
  );
  assertEquals(devices, ["porch /dev/video0", "garden rtsp://x/a,b"]);
  for (const value of ["a, b:81", "a\nb:81\n"]) {
    const servers = withVariable(
      "SOCKETCAM_CLIENT_HOST",
      value,
      () => readClientOptions([]).servers,
    );
    assertEquals(servers, [{ host: "a", port: 9999 }, { host: "b", port: 81 }]);
  }
  const cameras = withVariable(
    "SOCKETCAM_CLIENT_CAMERA",
    "porch,garden\nshed",
    () => readClientOptions([]).cameras,
  );
  assert(cameras);
  assertEquals(cameras, ["porch", "garden", "shed"]);
});
