import { assertEquals } from "@std/assert";
import { avfoundation } from "../../lib/camera/avfoundation.ts";
import { dshow } from "../../lib/camera/dshow.ts";
import { findSource } from "../../lib/camera/find_source.ts";
import type { SourceOptions } from "../../lib/camera/source.ts";
import { ffmpegUrl } from "../../lib/camera/url_source.ts";
import { v4l2 } from "../../lib/camera/v4l2.ts";
import type { Mode } from "../../lib/camera/webcam.ts";

const OPTIONS: SourceOptions = { device: "test", width: 1280, height: 720, fps: 30, quality: 80 };
const UNFILTERED = "-sws_flags fast_bilinear";
const ENCODED = "-c:v mjpeg -q:v 3.20 -qmin 1 -pix_fmt yuvj420p -threads 1 " +
  "-fps_mode vfr -enc_time_base 1:1000000";
const JPEG: Mode = { format: "mjpeg", width: 1280, height: 720, rates: [30] };
const RAW: Mode = { format: "yuyv422", width: 640, height: 480, rates: [30] };

/** ffmpeg's arguments in one line. */
async function argsOf(options: Partial<SourceOptions>): Promise<string> {
  return (await findSource({ ...OPTIONS, ...options })).args!.join(" ");
}

Deno.test("v4l2 opens a webcam in a mode, or as it comes", () => {
  const webcam = { path: "/dev/video2", name: "HD Webcam" };
  assertEquals(
    v4l2.open(webcam, JPEG, 30).join(" "),
    "-fflags nobuffer -f v4l2 -input_format mjpeg -video_size 1280x720 -framerate 30 -i /dev/video2",
  );
  assertEquals(
    v4l2.open(webcam, undefined, 30).join(" "),
    "-fflags nobuffer -f v4l2 -framerate 30 -i /dev/video2",
  );
});

Deno.test("avfoundation opens a camera of macOS without its microphone", () => {
  const mode = { ...RAW, format: "uyvy422" };
  assertEquals(
    avfoundation.open({ path: "0", name: "FaceTime HD Camera" }, mode, 30).join(" "),
    "-fflags nobuffer -f avfoundation -pixel_format uyvy422 -video_size 640x480 -framerate 30 -i 0:none",
  );
});

Deno.test("dshow opens a camera of Windows, JPEGs as a codec and raw frames as a pixel format", () => {
  const webcam = { path: "video=HD Webcam", name: "HD Webcam" };
  assertEquals(dshow.open(webcam, JPEG, 30), [
    ...["-fflags", "nobuffer", "-f", "dshow", "-vcodec", "mjpeg"],
    ...["-video_size", "1280x720", "-framerate", "30", "-i", "video=HD Webcam"],
  ]);
  assertEquals(
    dshow.open(webcam, RAW, 15).slice(4, 10).join(" "),
    [
      "-pixel_format yuyv422 -video_size 640x480 -framerate 15",
    ].join(" "),
  );
});

Deno.test("findSource() encodes the test picture at the wanted size, rate and quality", async () => {
  assertEquals(
    await argsOf({}),
    `-re -f lavfi -i testsrc2=size=1280x720:rate=30 ${UNFILTERED} ${ENCODED}`,
  );
  const quantizer = async (quality: number) => (await argsOf({ quality })).split(" ")[10];
  assertEquals(await Promise.all([100, 90, 50, 25, 1].map(quantizer)), [
    ...["1.00", "1.60", "8.00", "16.00", "31.00"],
  ]);
});

Deno.test("findSource() loops a file of any name at its own rate", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a:b c.avi`;
    await Deno.writeTextFile(path, "");
    assertEquals(
      await argsOf({ device: path }),
      `-re -stream_loop -1 -i file:${path} ${UNFILTERED} ${ENCODED}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findSource() shows a still picture of any name at the wanted rate", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/100%d.avi`;
    await Deno.writeFile(path, new Uint8Array([0xff, 0xd8, 0xff]));
    assertEquals(
      await argsOf({ device: path, fps: 5 }),
      `-re -f image2 -pattern_type none -loop 1 -framerate 5 -i file:${path} ${UNFILTERED} ${ENCODED}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ffmpegUrl() opens nothing but the network, gives up silent sources, shows no secret", () => {
  const url = "rtsp://me:secret@camera.local/1?token=secret";
  const source = ffmpegUrl({ ...OPTIONS, device: url });
  assertEquals(
    source.args!.join(" "),
    "-fflags nobuffer -protocol_whitelist http,https,tls,tcp,udp,rtp,rtsp,srtp,crypto,httpproxy,data " +
      `-timeout 15000000 -rtsp_flags prefer_tcp -i ${url} ${UNFILTERED} ${ENCODED}`,
  );
  assertEquals([source.name, source.address], Array(2).fill("rtsp://camera.local/1?***"));
  assertEquals(ffmpegUrl({ ...OPTIONS, device: "HTTP://x/" }).args!.slice(4, 6), [
    "-rw_timeout",
    "15000000",
  ]);
});
