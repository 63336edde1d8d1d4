import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Camera, type CameraOptions, openCamera } from "../../lib/camera/open_camera.ts";
import type { CameraStatus } from "../../lib/flow/feed.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { eventually } from "../support/eventually.ts";

/** Each test has a width of its own, which tells its ffmpeg from others on this machine. */
function options(width: number): CameraOptions {
  return { device: "test", width, height: 240, lingerMs: 1 };
}

/** The ffmpeg processes that make the test picture of this width. */
async function ffmpegs(width: number): Promise<number[]> {
  const args = ["-f", `testsrc2=size=${width}x240`];
  const { stdout } = await new Deno.Command("pgrep", { args }).output();
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
}

async function until(camera: Camera, state: CameraStatus["state"]): Promise<CameraStatus> {
  for await (const status of camera.status.follow()) if (status.state === state) return status;
  throw new Error("the camera was closed");
}

/** Waits until no ffmpeg makes the test picture of this width. */
async function asleep(width: number): Promise<void> {
  await eventually(async () => (await ffmpegs(width)).length === 0, () => "ffmpeg does not end");
}

async function nextFrame(camera: Camera): Promise<Frame> {
  using frames = camera.frames.subscribe();
  return (await frames.next()).value!;
}

Deno.test("a camera sleeps when nobody watches, and wakes within 1.5 s when somebody does", async () => {
  const width = 330;
  await using camera = openCamera(options(width));
  await asleep(width);
  const startedAt = performance.now();
  await nextFrame(camera);
  const ms = performance.now() - startedAt;
  assert(ms < 1500, `the first frame after waking took ${ms} ms`);
});

Deno.test("a camera that is always on runs while nobody watches", async () => {
  const width = 332;
  await using camera = openCamera({ ...options(width), alwaysOn: true });
  await camera.ready;
  const before = await ffmpegs(width);
  assertEquals(before.length, 1);
  await nextFrame(camera);
  const { received } = camera.arrivals;
  await eventually(
    () => camera.frames.subscribers === 0 && camera.arrivals.received >= received + 5,
    () => "it gives no frames",
  );
  assertEquals(await ffmpegs(width), before);
});

Deno.test("a camera says why it was lost and comes back by itself when its ffmpeg was killed", async () => {
  const width = 334;
  await using camera = openCamera(options(width));
  using frames = camera.frames.subscribe();
  await frames.next();
  const [pid] = await ffmpegs(width);
  const lost = until(camera, "lost");
  Deno.kill(pid, "SIGKILL");
  assertStringIncludes(JSON.stringify(await lost), "ffmpeg was ended by SIGKILL");
  await until(camera, "live");
  assert(!(await ffmpegs(width)).includes(pid));
});

Deno.test("a camera is restarted when it gives no frame for 5 s", async () => {
  const width = 336;
  await using camera = openCamera(options(width));
  using frames = camera.frames.subscribe();
  await frames.next();
  const [pid] = await ffmpegs(width);
  const lost = until(camera, "lost");
  // A stopped process does not react to SIGTERM either.
  Deno.kill(pid, "SIGSTOP");
  assertStringIncludes(JSON.stringify(await lost), "no frame for 5 s");
  await until(camera, "live");
  assert(!(await ffmpegs(width)).includes(pid));
});

Deno.test("a camera ends ffmpeg when its signal is aborted, and its loops throw the reason", async () => {
  const width = 340;
  const abort = new AbortController();
  const reason = new Error("enough");
  await using camera = openCamera({ ...options(width), alwaysOn: true, signal: abort.signal });
  const error = await assertRejects(async () => {
    for await (const frame of camera) {
      frame.release();
      abort.abort(reason);
    }
  });
  assertEquals(error, reason);
  await asleep(width);
});

Deno.test("a camera does not start when its signal is aborted already", async () => {
  const reason = new Error("enough");
  await using camera = openCamera({ ...options(342), signal: AbortSignal.abort(reason) });
  assertEquals(await assertRejects(() => camera.ready), reason);
  assertEquals(await assertRejects(() => nextFrame(camera)), reason);
  assertEquals(await ffmpegs(342), []);
});

Deno.test("a camera leaves nothing behind when it wakes and sleeps 200 times", async () => {
  const width = 338;
  await using camera = openCamera(options(width));
  const descriptors = () => Array.from(Deno.readDirSync("/proc/self/fd")).length;
  const memory: number[] = [];
  const open: number[] = [];
  for (let i = 0; i < 200; i++) {
    await nextFrame(camera);
    await asleep(width);
    memory.push(Deno.memoryUsage().heapUsed);
    open.push(descriptors());
  }
  // The descriptors of an ffmpeg that has just ended are closed a moment later.
  assertEquals(Math.min(...open.slice(160)), Math.min(...open.slice(20, 60)));
  const early = Math.min(...memory.slice(20, 60));
  const late = Math.min(...memory.slice(160));
  assert(late < early * 1.2, `the heap grew from ${early} to ${late} bytes`);
});
