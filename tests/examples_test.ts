import { assert, assertEquals, assertMatch } from "@std/assert";
import { readExif } from "../lib/frame/exif_block.js";
import { jpegSize } from "../lib/frame/jpeg.ts";
import { clientUrl, Program, serverPort, startClient, startServer } from "./support/programs.ts";

const SERVER = ["--device", "test", "--size", "320x240", "--host", "127.0.0.1", "--port", "0"];
/** Debian's Python, which finds Debian's OpenCV. */
const PYTHON = "/usr/bin/python3";

Deno.test("examples/client.py prints the time and size of each frame", async () => {
  await using server = startServer(...SERVER);
  const args = ["examples/client.py", "127.0.0.1", await serverPort(server)];
  await using client = new Program(PYTHON, args);
  await client.says(/^(\d+\.\d{3} \d+ bytes\n){10}/);
});

Deno.test("examples/opencv_client.py decodes a server's frames", async () => {
  await using server = startServer(...SERVER);
  const port = await serverPort(server);
  const args = ["examples/opencv_client.py", "--host", "127.0.0.1", "--port", port, "--count", "5"];
  await using client = new Program(PYTHON, args);
  assertEquals(await client.ends(), 0, client.stderr);
  assertEquals(client.stdout, "320x240\n".repeat(5));
});

Deno.test("examples/opencv_client.py gets in with the token, and reports the error without it", async () => {
  await using server = startServer(...SERVER, "--token", "secret");
  const args = ["examples/opencv_client.py", "--host", "127.0.0.1", "--count", "1"];
  args.push("--port", await serverPort(server));
  await using client = new Program(PYTHON, [...args, "--token", "secret"]);
  assertEquals(await client.ends(), 0, client.stderr);
  await using stranger = new Program(PYTHON, args);
  assertEquals(await stranger.ends(), 1);
  assertMatch(stranger.stderr, /^The server says: this server needs a token$/m);
});

/** Starts an example in TypeScript as its first lines describe. */
function startExample(name: string, ...args: string[]): Program {
  return new Program(Deno.execPath(), ["run", "-A", `examples/${name}.ts`, ...args]);
}

/** The size of a snapshot. */
async function snapshotSize(url: string): Promise<{ width: number; height: number }> {
  return jpegSize(await (await fetch(`${url}/snapshot`)).bytes());
}

Deno.test("examples/save_every_tenth.ts saves frames with their capture time", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = startServer(...SERVER);
    const port = await serverPort(server);
    await using example = startExample("save_every_tenth", "127.0.0.1", port, folder);
    await example.says(/(saved .*\.jpg\s+){3}/);
    const numbers = [...example.stdout.matchAll(/saved (.*\.jpg)/g)].slice(0, 3).map(([, name]) =>
      readExif(Deno.readFileSync(`${folder}/${name}`))!.sequence
    );
    assert(numbers[1] >= numbers[0] + 10 && numbers[2] >= numbers[1] + 10, String(numbers));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("examples/camera_and_viewers.ts shows a camera to a browser", async () => {
  await using example = startExample("camera_and_viewers", "test", "0");
  const [, url] = await example.says(/open (http:\S+)/);
  assertEquals(await snapshotSize(url), { width: 1280, height: 720 });
});

Deno.test("examples/painted.ts sends its frames only to a client that knows the token", async () => {
  await using example = startExample("painted", "horse battery", "0");
  const [, port] = await example.says(/listening on port (\d+)/);
  const args = ["--host", "127.0.0.1", "--port", port, "--http-port", "0"];
  await using client = startClient(...args, "--token", "horse battery");
  assertEquals(await snapshotSize(await clientUrl(client)), { width: 320, height: 240 });
  await using stranger = startClient(...args, "--token", "wrong");
  assertEquals(await stranger.ends(), 1);
});

Deno.test("examples/text_on_frames.ts shows a server's transformed frames", async () => {
  await using server = startServer(...SERVER);
  await using example = startExample(
    ...["text_on_frames", "127.0.0.1", await serverPort(server), "0"] as const,
  );
  const [, url] = await example.says(/open (http:\S+)/);
  assertEquals(await snapshotSize(url), { width: 320, height: 240 });
  const { decode } = await (await fetch(`${url}/state`)).json();
  assertEquals([decode.mode, decode.error], ["transform", null]);
});

Deno.test("examples/motion_webhook.ts posts a frame when something moves", async () => {
  const { promise: posted, resolve } = Promise.withResolvers<Request>();
  const { promise: body, resolve: resolveBody } = Promise.withResolvers<Uint8Array>();
  await using webhook = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      resolve(request);
      resolveBody(await request.bytes());
      return new Response("thanks");
    },
  );
  await using server = startServer(...SERVER);
  await using example = startExample(
    ...["motion_webhook", "127.0.0.1", await serverPort(server)] as const,
    `http://127.0.0.1:${webhook.addr.port}/motion`,
  );
  assertMatch((await posted).headers.get("x-motion")!, /^0\.\d{3}$/);
  assertEquals(jpegSize(await body), { width: 320, height: 240 });
  await example.says(/motion \d+ %: 200/);
});

Deno.test("examples/two_cameras.ts serves each camera on a port of its own", async () => {
  await using example = startExample("two_cameras", "test", "test", "0", "0");
  const [, ...ports] = await example.says(/ports (\d+) and (\d+)/);
  for (const port of ports) {
    await using client = startClient("--host", "127.0.0.1", "--port", port, "--http-port", "0");
    assertEquals(await snapshotSize(await clientUrl(client)), { width: 1280, height: 720 });
  }
});
