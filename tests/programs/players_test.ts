import { assert, assertEquals } from "@std/assert";
import { Image } from "imagescript";
import { existsSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";

/** VLC refuses to run as root. */
const NOBODY = 65534;

Deno.test("players show the stream", async (t) => {
  await using way = await Pipeline.start({ server: ["--device", "test"] });

  await t.step(
    "ffmpeg reads 300 frames, which takes 10 s, without an error or a warning",
    async () => {
      await using ffmpeg = new Program("ffmpeg", [
        ...["-nostdin", "-v", "warning", "-xerror", "-i", `${way.url}/`],
        ...["-frames:v", "300", "-f", "null", "-"],
      ]);
      assertEquals([await ffmpeg.ends(), ffmpeg.stderr], [0, ""]);
    },
  );

  await t.step("ffmpeg records a slow camera at its own pace", async () => {
    const folder = await Deno.makeTempDir();
    await using ffmpeg = new Program("ffmpeg", [
      ...["-nostdin", "-hide_banner", "-use_wallclock_as_timestamps", "1"],
      ...["-i", `${way.url}/stream?fps=10`, "-vf", "showinfo", "-frames:v", "120"],
      `${folder}/out.mp4`,
    ]);
    assertEquals(await ffmpeg.ends(), 0, ffmpeg.stderr);
    const frames = [...ffmpeg.stderr.matchAll(/ n: *(\d+) .* pts_time:([\d.]+)/g)];
    const [, number, seconds] = frames.at(-1)!.map(Number);
    // By default it would be 0.04 s a frame at any rate of the camera.
    assert(seconds / number > 0.08, `${number} frames in ${seconds} s`);
    await Deno.remove(folder, { recursive: true });
  });

  await t.step("ffplay detects the format and shows the stream", async () => {
    const args = ["-hide_banner", "-an", "-vf", "showinfo", `${way.url}/`];
    await using ffplay = new Program("ffplay", args, { SDL_VIDEODRIVER: "dummy" });
    await ffplay.says(/Input #0, mpjpeg, /);
    await ffplay.says(/ n: *60 .* s:1280x720 /);
    assert(!/error|invalid|corrupt/i.test(ffplay.stderr), ffplay.stderr);
  });

  await t.step("VLC shows the stream", async () => {
    const folder = await Deno.makeTempDir();
    await Deno.chown(folder, Deno.uid() === 0 ? NOBODY : null, null);
    const scene = `${folder}/scene.png`;
    const args = [
      ...["cvlc", "--no-audio", "--vout=vdummy", "--video-filter=scene", "--verbose=1"],
      ...["--scene-format=png", `--scene-path=${folder}`, "--scene-ratio=15", "--scene-replace"],
      `${way.url}/`,
    ];
    const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const [command, ...rest] = Deno.uid() === 0 ? [...user, ...args] : args;
    {
      await using _vlc = new Program(command, rest, { HOME: folder });
      // VLC may show, and save, its first picture for a while.
      const picture = await seesMovingPicture(async () => {
        await eventually(() => existsSync(scene), () => "VLC shows nothing");
        return await Deno.readFile(scene);
      });
      // VLC's scene filter rounds the height up to a multiple of 32.
      const { width, height } = await Image.decode(picture);
      assertEquals([width, height], [1280, 736]);
    }
    await Deno.remove(folder, { recursive: true });
  });
});
