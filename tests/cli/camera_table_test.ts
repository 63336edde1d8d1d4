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
