import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { type CameraOptions, openCamera } from "../../lib/camera/camera.ts";
import { CameraError } from "../../lib/camera/camera_error.ts";
import { readExif } from "../../lib/frame/exif.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { Program } from "../support/programs.ts";

const OPTIONS: CameraOptions = { device: "test", width: 320, height: 240, fps: 30, quality: 80 };

Deno.test("openCamera() gives numbered pictures of the size and rate asked for", async () => {
  await using camera = openCamera(OPTIONS);
  using frames = camera.frames.subscribe();
  const seen: Frame[] = [];
  for await (const frame of frames) {
    seen.push(frame);
    if (seen.length === 30) break;
  }
  assertEquals(seen.map(({ sequence }) => sequence), seen.map((_, i) => seen[0].sequence + i));
  assertEquals(jpegSize(seen[0].bytes), { width: 320, height: 240 });
  assertEquals(readExif(seen[9].bytes)?.sequence, seen[9].sequence);
  const seconds = (seen[29].capturedAt - seen[0].capturedAt) / 1000;
  assert(seconds > 0.8 && seconds < 1.5, `29 pictures at 30 a second took ${seconds} s`);
});

Deno.test("openCamera() is live with its first picture, and says what it is", async () => {
  await using camera = openCamera(OPTIONS);
  await camera.ready;
  assertEquals(camera.status.latest, { state: "live" });
  assertEquals(camera.info?.name, "test picture");
  assert(camera.counts.startMs! > 0);
});

Deno.test("openCamera() ends ffmpeg when it is closed", async () => {
  const camera = openCamera({ ...OPTIONS, width: 326 });
  await camera.ready;
  const running = () => new Deno.Command("pgrep", { args: ["-f", "size=326x240"] }).output();
  assertEquals((await running()).code, 0);
  await camera[Symbol.asyncDispose]();
  assertEquals((await running()).code, 1);
});

Deno.test("openCamera() says why a file gives no pictures, and that this will not change", async () => {
  const path = await Deno.makeTempFile({ suffix: ".avi" });
  try {
    await Deno.writeTextFile(path, "this is no video");
    await using camera = openCamera({ ...OPTIONS, device: path });
    const error = await assertRejects(() => camera.ready, CameraError);
    assertStringIncludes(error.message, "not a video");
    assertEquals(camera.status.latest?.state, "lost");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("openCamera() keeps trying when the source may come back", async () => {
  // Nobody listens there: the port was just given back.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using camera = openCamera({ ...OPTIONS, device: `http://127.0.0.1:${port}/` });
  await deadline(camera.ready, 10_000);
  const status = camera.status.latest;
  assert(status?.state === "lost");
  assertStringIncludes(JSON.stringify(status), "Connection refused");
});

Deno.test("openCamera() names the cameras there are when the one asked for is not", async () => {
  await using camera = openCamera({ ...OPTIONS, device: "no such camera" });
  const error = await assertRejects(() => camera.ready, CameraError);
  assertStringIncludes(error.message, 'No file "no such camera", and no webcam of that name: ');
});

Deno.test("openCamera() reads an RTSP camera", async () => {
  await using network = new Program("/usr/bin/python3", ["tests/support/rtsp_camera.py"]);
  const [url] = await network.says(/^rtsp:.*$/m);
  await using camera = openCamera({ ...OPTIONS, device: url });
  using frames = camera.frames.subscribe();
  for (let i = 0; i < 10; i++) {
    assertEquals(jpegSize((await frames.next()).value!.bytes), { width: 320, height: 240 });
  }
});
