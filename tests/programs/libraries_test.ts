import { assert, assertEquals } from "@std/assert";
import { Image } from "imagescript";
import { eventually } from "../support/eventually.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";

/** Debian's Python, which finds Debian's OpenCV. */
const PYTHON = "/usr/bin/python3";

Deno.test("libraries and tools read the stream", async (t) => {
  await using way = await Pipeline.start({ server: ["--device", "test"] });

  await t.step("OpenCV's VideoCapture reads frames that move", async () => {
    const script = [
      "import cv2, sys",
      "capture = cv2.VideoCapture(sys.argv[1])",
      "frames = [capture.read() for _ in range(60)]",
      "assert all(ok for ok, _ in frames)",
      "print(frames[0][1].shape, cv2.absdiff(frames[0][1], frames[-1][1]).mean() > 1)",
    ];
    await using python = new Program(PYTHON, ["-c", script.join("\n"), `${way.url}/`]);
    assertEquals(await python.ends(), 0, python.stderr);
    assertEquals([python.stdout, python.stderr], ["(720, 1280, 3) True\n", ""]);
  });

  await t.step("GStreamer splits the stream and decodes the frames", async () => {
    await using gst = new Program("gst-launch-1.0", [
      ...["-v", "souphttpsrc", `location=${way.url}/`, "is-live=true", "!", "multipartdemux", "!"],
      ...["jpegdec", "!", "fakesink", "num-buffers=90"],
    ]);
    assertEquals(await gst.ends(), 0, gst.stderr);
    assert(/video\/x-raw, .*width=\(int\)1280, height=\(int\)720/.test(gst.stdout), gst.stdout);
    assert(!/WARN|ERR/.test(gst.stdout + gst.stderr), gst.stdout + gst.stderr);
  });

  await t.step("curl saves a snapshot and part of the stream", async () => {
    const folder = await Deno.makeTempDir();
    const snapshot = `${folder}/snapshot.jpg`;
    await using one = new Program("curl", ["-fsS", "-o", snapshot, `${way.url}/snapshot`]);
    assertEquals(await one.ends(), 0, one.stderr);
    const { width, height } = await Image.decode(await Deno.readFile(snapshot));
    assertEquals([width, height], [1280, 720]);
    const stream = `${folder}/stream.mjpg`;
    await using other = new Program("curl", ["-sSN", "-D", "-", "-o", stream, way.url]);
    await other.says(/^HTTP\/1\.1 200 OK\r\n/);
    const parts = async () => {
      // curl creates the file with the first bytes of the body.
      const bytes = await Deno.readFile(stream).catch(() => new Uint8Array());
      const text = new TextDecoder("latin1").decode(bytes);
      return text.match(/--frame\r\nContent-Type: image\/jpeg\r\n[^]+?\xff\xd9\r\n/g)?.length ?? 0;
    };
    await eventually(async () => await parts() > 10, () => "curl saves too few pictures");
    await Deno.remove(folder, { recursive: true });
  });

  await t.step("motion connects and saves frames that move", async () => {
    const folder = await Deno.makeTempDir();
    const settings = {
      netcam_url: `${way.url}/`,
      width: 1280,
      height: 720,
      framerate: 10,
      target_dir: folder,
      snapshot_interval: 1,
      snapshot_filename: "%v-%Y%m%d%H%M%S",
      picture_output: "off",
      movie_output: "off",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
    await Deno.writeTextFile(`${folder}/motion.conf`, lines.join(""));
    {
      await using motion = new Program("motion", ["-n", "-c", `${folder}/motion.conf`]);
      await motion.says(/netcam_rtsp_connect: norm: .* connected/);
      // Before the first frame, motion saves a grey picture, which has too few colours to pass.
      const picture = await seesMovingPicture(async () => {
        await motion.says(/(Writing image to file: [^]*){2}/);
        const names = motion.stderr.matchAll(/Writing image to file: (.*\.jpg)/g);
        // The last but one is complete, since motion has begun another.
        return await Deno.readFile(Array.from(names, ([, name]) => name).at(-2)!);
      });
      const { width, height } = await Image.decode(picture);
      assertEquals([width, height], [1280, 720]);
    }
    await Deno.remove(folder, { recursive: true });
  });
});
