import { assert, assertEquals, assertMatch } from "@std/assert";
import { Image } from "imagescript";
import { partsOf } from "./support/multipart.ts";
import { clientUrl, serverPort, startClient, startServer } from "./support/programs.ts";

/** Starts a server, and a client with further arguments. */
async function start(...clientArgs: string[]) {
  const size = ["--size", "320x240"];
  const server = startServer("--device", "test", ...size, "--host", "127.0.0.1", "--port", "0");
  const port = ["--port", await serverPort(server), "--http-port", "0"];
  const client = startClient("--host", "127.0.0.1", ...port, ...clientArgs);
  const url = await clientUrl(client);
  return {
    client,
    url,
    state: async () => await (await fetch(`${url}/state`)).json(),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("client.ts --transform shows the module's frames, reports its error, and reloads it once fixed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const module = `${folder}/transform.ts`;
    await Deno.writeTextFile(module, `export default (image) =>\n  image.saturation(zero, true);`);
    await using way = await start("--transform", module);
    const parts = partsOf(await fetch(`${way.url}/stream`));
    await way.client.says(/^client: the transform does nothing: .*transform\.ts:2: zero is not/m);
    assertEquals((await parts.next()).done, false);
    const { decode } = await way.state();
    assertEquals(decode.mode, "transform");
    assertMatch(decode.error, /transform\.ts:2: zero is not defined$/);

    await Deno.writeTextFile(module, `export default (image) => image.saturation(0, true);`);
    const fixed = way.client.says(/^client: the transform works$/m);
    let working = false;
    void fixed.then(() => working = true);
    while (!working) await parts.next();
    const { bitmap } = await Image.decode(await (await fetch(`${way.url}/snapshot`)).bytes());
    for (let i = 0; i < bitmap.length; i += 4) assert(Math.abs(bitmap[i] - bitmap[i + 1]) < 3);
    assertEquals((await way.state()).decode.error, null);
    await parts.return(undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("client.ts --no-decode passes frames on undecoded, as /state shows", async () => {
  await using way = await start("--no-decode");
  const { headers } = await fetch(`${way.url}/snapshot`).then(async (response) => {
    await response.bytes();
    return response;
  });
  assertEquals(headers.get("content-type"), "image/jpeg");
  const { camera, scene, decode, frames } = await way.state();
  assertEquals(decode, { mode: "off", error: null, p50Ms: null, p95Ms: null });
  assertEquals([scene, camera.width, camera.height], [null, 320, 240]);
  assert(frames.published > 0);
});

Deno.test("client.ts answers /snapshot.png with a PNG", async () => {
  await using way = await start();
  const response = await fetch(`${way.url}/snapshot.png`);
  assertEquals([response.status, response.headers.get("content-type")], [200, "image/png"]);
  const { width, height } = await Image.decode(await response.bytes());
  assertEquals([width, height], [320, 240]);
  const { decode, scene } = await way.state();
  assertEquals(decode.mode, "check");
  assertEquals(scene.lastMinute.length, 60);
});
