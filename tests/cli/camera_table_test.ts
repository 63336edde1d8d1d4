import { assertEquals } from "@std/assert";
import { parseV4l2Ctl } from "../../lib/camera/v4l2.ts";
import { cameraTable } from "../../lib/cli/camera_table.ts";
import { V4L2_CTL } from "../support/listings.ts";

Deno.test("cameraTable() shows each webcam with its formats, sizes and rates", () => {
  const webcam = { path: "/dev/video0", name: "HD Webcam" };
  assertEquals(
    cameraTable([{ webcam, modes: parseV4l2Ctl(V4L2_CTL) }]),
    `\
/dev/video0  HD Webcam
    mjpeg    1280x720         30 10 fps
    yuyv422  640x480          30 fps
    yuv420p  up to 2592x1944  up to 90 fps`,
  );
  assertEquals(cameraTable([]), "There is no webcam on this machine.");
});

Deno.test("cameraTable() shows where webcams of one name are plugged in", () => {
  const modes = parseV4l2Ctl("[0]: 'MJPG'\n  Size: Discrete 640x480");
  const name = "HD Webcam";
  const webcams = [
    { path: "/dev/video0", name, port: "usb-1", byPath: "/dev/v4l/by-path/1" },
    { path: "/dev/video1", name, port: "usb-1" },
    { path: "/dev/video2", name, port: "usb-2" },
    { path: "/dev/video4", name: "Other", port: "usb-3" },
  ];
  const lines = cameraTable(webcams.map((webcam) => ({ webcam, modes }))).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("/dev")), [
    "/dev/video0  HD Webcam  (/dev/v4l/by-path/1)",
    "/dev/video1  HD Webcam  (usb-1)",
    "/dev/video2  HD Webcam  (usb-2)",
    "/dev/video4  Other",
  ]);
});
