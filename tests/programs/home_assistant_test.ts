import { assert, assertEquals } from "@std/assert";
import { readExif } from "../../lib/frame/exif_block.js";
import { partsOf } from "../support/multipart.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Image } from "imagescript";
import { Program } from "../support/programs.ts";

/** Debian's Python, which finds Debian's libraries. */
const PYTHON = "/usr/bin/python3";

Deno.test("Home Assistant's MJPEG camera is set up, takes stills, and relays the stream", async () => {
  await using way = await Pipeline.start({
    server: ["--device", "test"],
    client: ["--http-user", "door:open sesame"],
  });
  await using assistant = new Program(PYTHON, [
    ...["tests/programs/home_assistant.py", `${way.url}/stream`, `${way.url}/snapshot.jpg`],
    ...["door", "open sesame"],
  ]);
  const [, port] = await assistant.says(/^relaying at (\d+)$/m);
  assertEquals(assistant.stdout.match(/^set up: 200$/gm)?.length, 2);
  for (const what of ["frame of stream", "still"]) {
    const [, hex] = new RegExp(`^${what}: ([0-9a-f]+)$`, "m").exec(assistant.stdout)!;
    const bytes = Uint8Array.fromHex(hex);
    const { width, height } = await Image.decode(bytes);
    assertEquals([width, height], [1280, 720], what);
    assert(readExif(bytes), `${what} has no capture time`);
  }
  let parts = 0;
  for await (const { body } of partsOf(await fetch(`http://127.0.0.1:${port}/`))) {
    assertEquals([...body.subarray(0, 2), ...body.subarray(-2)], [0xff, 0xd8, 0xff, 0xd9]);
    if (++parts === 30) break;
  }
});
