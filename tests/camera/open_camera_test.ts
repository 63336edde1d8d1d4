import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { CameraError, type CameraErrorCode } from "../../lib/camera/camera_error.ts";
import { type Camera, type CameraOptions, openCamera } from "../../lib/camera/open_camera.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import type { Frame } from "../../lib/frame/frame.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { now } from "../../lib/time/clock.js";
import { PATIENCE_MS } from "../support/eventually.ts";
import { Program } from "../support/programs.ts";

const OPTIONS: CameraOptions = { device: "test", width: 320, height: 240 };

async function watch(camera: Camera): Promise<void> {
  for await (const frame of camera) frame.release();
}

/** Waits until a loop over the camera throws, and checks that it fails for good. */
async function assertFails(camera: Camera, code: CameraErrorCode): Promise<CameraError> {
  const error = await assertRejects(() => deadline(watch(camera), PATIENCE_MS), CameraError);
  assertEquals([error.code, error.permanent], [code, true]);
  assertEquals(await assertRejects(() => camera.ready), error);
  assertEquals(await assertRejects(() => camera.frames.ended), error);
  assertEquals(camera.status.latest, { state: "lost", reason: error.message });
  return error;
}

Deno.test("openCamera() gives numbered frames of the size asked for, and no more than the rate", async () => {
  const startedAt = now();
  await using camera = openCamera(OPTIONS);
  const seen: Frame[] = [];
  for await (const frame of camera) {
    seen.push(frame);
    if (seen.length === 30) break;
  }
  assertEquals(seen.map(({ sequence }) => sequence), seen.map((_, i) => seen[0].sequence + i));
  assertEquals(jpegSize(seen[0].bytes), { width: 320, height: 240 });
  assertEquals(readExif(seen[9].bytes)?.sequence, seen[9].sequence);
  const seconds = (seen[29].capturedAt - startedAt) / 1000;
  assert(seconds > 0.8, `30 frames at 30 fps took ${seconds} s`);
  assert(camera.arrivals.received >= 30);
});

Deno.test("openCamera() has a size of 1280x720 and a rate of 30 by default", async () => {
  await using camera = openCamera({ device: "test" });
  await camera.ready;
  assertEquals(camera.info, { name: "test picture", mode: "1280x720 at 30, encoded" });
});

Deno.test("openCamera() is live with its first frame, and says what it is", async () => {
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

Deno.test("a loop over openCamera() throws why a file gives no frames", async () => {
  const path = await Deno.makeTempFile({ suffix: ".avi" });
  try {
    await Deno.writeTextFile(path, "this is no video");
    await using camera = openCamera({ ...OPTIONS, device: path });
    const { message, cause } = await assertFails(camera, "not-a-video");
    assertStringIncludes(message, "not a video");
    assertStringIncludes(String(cause), "Invalid data found");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a loop over openCamera() throws when the camera does not exist", async () => {
  await using camera = openCamera({ ...OPTIONS, device: "no such camera" });
  const { message } = await assertFails(camera, "no-webcam");
  assertStringIncludes(message, 'No file "no such camera", and no webcam of that name: ');
});

Deno.test("a loop over openCamera() throws when it starts after the first attempt", async () => {
  await using camera = openCamera({ ...OPTIONS, device: "no such camera", lingerMs: 0 });
  // With no viewer, the attempt fails, or the camera sleeps first.
  await camera.ready.catch(() => {});
  await assertRejects(() => deadline(watch(camera), PATIENCE_MS), CameraError, "no such camera");
});

Deno.test("a loop over openCamera() throws ffmpeg's words about a filter", async () => {
  await using camera = openCamera({ ...OPTIONS, filter: "nonsense" });
  const { message } = await assertFails(camera, "filter");
  assertStringIncludes(message, "No such filter: 'nonsense'");
});

Deno.test("a loop over openCamera() throws an error that was not expected", async () => {
  await using camera = openCamera({ ...OPTIONS, filter: "nul\0byte" });
  const error = await assertRejects(() => deadline(watch(camera), PATIENCE_MS));
  assert(!(error instanceof CameraError));
  assertEquals(await assertRejects(() => camera.ready), error);
});

Deno.test("openCamera() keeps trying when the source may come back", async () => {
  // Nobody listens there: the port was just given back.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using camera = openCamera({ ...OPTIONS, device: `http://me:secret@127.0.0.1:${port}/` });
  await deadline(camera.ready, PATIENCE_MS);
  const status = camera.status.latest;
  assert(status?.state === "lost");
  assertStringIncludes(status.reason, "Connection refused");
  assert(!status.reason.includes("secret"), status.reason);
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
