import { assert, assertEquals } from "@std/assert";
import { EXIF_BYTES } from "../lib/frame/exif_block.js";
import { partsOf } from "./support/multipart.ts";
import { ffmpeg, FOOTAGE, FOOTAGE_FRAMES, jpegsOf } from "./support/pictures.ts";
import { Pipeline } from "./support/pipeline.ts";

/** The JPEG as it was before the server added Exif. */
function withoutExif(jpeg: Uint8Array): Uint8Array {
  const isJfif = jpeg[3] === 0xe0;
  const at = isJfif ? 4 + (jpeg[4] << 8 | jpeg[5]) : 2;
  assertEquals([...jpeg.subarray(at, at + 2)], [0xff, 0xe1]);
  return new Uint8Array([...jpeg.subarray(0, at), ...jpeg.subarray(at + EXIF_BYTES)]);
}

async function digest(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

Deno.test("/stream has every frame of real footage, decodable and in order", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // The same frames four times as fast, for a shorter test. This container
    // also loses their timestamps, which ffmpeg's encoder must survive.
    const video = `${folder}/people.mkv`;
    await ffmpeg("-itsscale", "0.25", "-i", FOOTAGE, "-c", "copy", video);
    const encoded = await jpegsOf(["-i", video], [
      ...[
        "-sws_flags",
        "fast_bilinear",
        "-c:v",
        "mjpeg",
        "-q:v",
        "3.2",
        "-qmin",
        "1",
        "-pix_fmt",
        "yuvj420p",
      ],
      ...["-threads", "1", "-fps_mode", "vfr", "-enc_time_base", "1:1000000"],
    ]);
    assertEquals(encoded.length, FOOTAGE_FRAMES);
    const digests = await Promise.all(encoded.map(digest));

    await using way = await Pipeline.start({ server: ["--device", video] });
    const stream = await Deno.open(`${folder}/stream.mjpg`, { write: true, create: true });
    const seen = new Set<number>();
    let last: number | undefined;
    for await (const { body } of partsOf(await fetch(`${way.url}/stream`))) {
      const wanted = await digest(withoutExif(body));
      // Search from the last frame on, since a frame may equal an earlier one.
      const order = digests.slice(last ?? 0).concat(digests.slice(0, last ?? 0));
      const step = order.indexOf(wanted, last === undefined ? 0 : 1);
      assert(step >= 0, "a frame that is not in the footage");
      assert(last === undefined || step < 40, `${step} frames ahead: out of order`);
      last = ((last ?? 0) + step) % FOOTAGE_FRAMES;
      seen.add(last);
      await stream.write(body);
      // The video loops, so a skipped frame has another chance in the next round.
      if (seen.size === FOOTAGE_FRAMES) break;
    }
    stream.close();
    await ffmpeg("-xerror", "-f", "mjpeg", "-i", `${folder}/stream.mjpg`, "-f", "null", "-");
    const { frames } = await (await fetch(`${way.url}/state`)).json();
    assertEquals(frames.corrupt, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the test picture arrives intact, with its size, rate and latency in /state", async () => {
  const startedAt = performance.now();
  await using way = await Pipeline.start({ server: ["--device", "test", "--size", "640x360"] });
  const parts = partsOf(await fetch(`${way.url}/stream`));
  for (let i = 0; i < 90; i++) await parts.next();
  const state = await (await fetch(`${way.url}/state`)).json();
  await parts.return(undefined);
  assertEquals(state.source.state, "connected");
  assertEquals(
    [state.camera.name, state.camera.state, state.camera.width, state.camera.height],
    ["test picture", "live", 640, 360],
  );
  assertEquals(state.frames.corrupt, 0);
  assert(state.frames.fps > 0, `${state.frames.fps} frames a second`);
  const ms = performance.now() - startedAt;
  assert(state.latencyMs.p50 > 0 && state.latencyMs.p50 < ms, `${state.latencyMs.p50} ms`);
  assertEquals(state.viewers.map(({ path }: { path: string }) => path), ["/stream"]);
});
