import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { type Camera, type CameraOptions, openCamera } from "../../lib/camera/open_camera.ts";
import { SILENCE_MS } from "../../lib/camera/url_source.ts";
import type { CameraStatus } from "../../lib/flow/feed.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";
import { RawCamera } from "../support/fake_network_camera.ts";
import { liveBytes } from "../support/live_bytes.ts";
import { ffmpeg, testPictures } from "../support/pictures.ts";
import { startServer } from "../support/programs.ts";

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

Deno.test("a camera sleeps when nobody watches, and wakes when somebody does", async () => {
  const width = 330;
  await using camera = openCamera(options(width));
  await asleep(width);
  using frames = camera.frames.subscribe();
  await frames.next();
  assertEquals((await ffmpegs(width)).length, 1);
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

/** A program in place of ffmpeg that runs it, notes that, and leaves something behind. */
const LINGERING = `#!/bin/sh
echo started >> "$0.log"
sleep 600 &
exec "$FFMPEG" "$@"
`;

Deno.test("a camera is lost at once when its program does not end, and starts no second one", async () => {
  const width = 344;
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH")!;
  const { stdout } = await new Deno.Command("which", { args: ["ffmpeg"] }).output();
  await Deno.writeTextFile(`${folder}/ffmpeg`, LINGERING, { mode: 0o755 });
  Deno.env.set("FFMPEG", new TextDecoder().decode(stdout).trim());
  Deno.env.set("PATH", `${folder}:${path}`);
  const starts = async () =>
    (await Deno.readTextFile(`${folder}/ffmpeg.log`)).split("\n").length - 1;
  const sleepers = async () => {
    const { stdout } = await new Deno.Command("pgrep", { args: ["-f", "^sleep 600$"] }).output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
  };
  const others = await sleepers();
  const endSleeper = async () => {
    for (const pid of await sleepers()) if (!others.includes(pid)) Deno.kill(pid, "SIGKILL");
  };
  try {
    const camera = openCamera(options(width));
    using frames = camera.frames.subscribe();
    await frames.next();
    const lost = until(camera, "lost");
    Deno.kill((await ffmpegs(width))[0], "SIGKILL");
    // It is reaped only when its output is closed, which the sleeper holds.
    await eventually(
      async () => (await ffmpegs(width)).length === 0,
      () => "ffmpeg does not end",
    );
    assertStringIncludes(JSON.stringify(await lost), "no frame for 5 s");
    await delay(1500);
    assertEquals(await starts(), 1);
    await endSleeper();
    await until(camera, "live");
    assertEquals(await starts(), 2);
    // The second sleeper is still there.
    await deadline(Promise.resolve(camera[Symbol.asyncDispose]()), PATIENCE_MS);
  } finally {
    Deno.env.set("PATH", path);
    Deno.env.delete("FFMPEG");
    await endSleeper();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a camera starts after the working directory was deleted", async () => {
  const folder = await Deno.makeTempDir();
  const home = Deno.cwd();
  Deno.chdir(folder);
  await Deno.remove(folder);
  try {
    await using camera = openCamera(options(346));
    await nextFrame(camera);
  } finally {
    Deno.chdir(home);
  }
});

const FILES: Record<string, string[]> = {
  "still.jpg": ["-frames:v", "1"],
  "still.png": ["-frames:v", "1"],
  "still.bmp": ["-frames:v", "1"],
  "raw.h264": ["-t", "1", "-c:v", "libx264", "-f", "h264"],
  "raw.mjpeg": ["-t", "1", "-f", "mjpeg"],
  "video.mp4": ["-t", "1", "-pix_fmt", "yuv420p"],
};

for (const [name, args] of Object.entries(FILES)) {
  Deno.test(`a camera that shows ${name} stays live`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const device = `${folder}/${name}`;
      await ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=20", ...args, device);
      await using camera = openCamera({ device, fps: 20 });
      const states: string[] = [];
      void (async () => {
        for await (const { state } of camera.status.follow()) states.push(state);
      })();
      using frames = camera.frames.subscribe();
      // Longer than the file.
      for (let i = 0; i < 50; i++) (await frames.next()).value!.release();
      assertEquals(states.filter((state) => state !== "starting"), ["live"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("no ffmpeg outlives a server that is killed while its source is mute", async () => {
  // It accepts connections, and says nothing.
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `rtsp://127.0.0.1:${(mute.addr as Deno.NetAddr).port}/1`;
  const server = startServer("--port", "0", "--device", url);
  const connection = await mute.accept();
  const [pid] = await server.children();
  server.kill("SIGKILL");
  await server.ends();
  const isRunning = () => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/stat`).split(" ")[2] !== "Z";
    } catch {
      return false;
    }
  };
  await eventually(() => !isRunning(), () => "ffmpeg lives on", SILENCE_MS + PATIENCE_MS);
  connection.close();
});

Deno.test("a camera that answers after 11 s and then gives a frame every 6 s is not lost", async () => {
  const [jpeg] = await testPictures(1);
  const part = [`--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`, jpeg];
  await using network = new RawCamera(async ({ send }) => {
    await delay(11_000);
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed\r\n\r\n", ...part);
    await delay(6000);
    await send(...part);
  });
  await using camera = openCamera({ device: network.url });
  using frames = camera.frames.subscribe();
  for (let i = 0; i < 2; i++) await frames.next();
  assertEquals([camera.status.latest?.state, camera.error], ["live", undefined]);
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
    memory.push(liveBytes());
    open.push(descriptors());
  }
  // The descriptors of an ffmpeg that has just ended are closed a moment later.
  assertEquals(Math.min(...open.slice(160)), Math.min(...open.slice(20, 60)));
  const early = Math.min(...memory.slice(20, 60));
  const late = Math.min(...memory.slice(160));
  assert(late < early * 1.2, `the memory grew from ${early} to ${late} bytes`);
});
