import { assertEquals } from "@std/assert";
import { chooseMode } from "../../lib/camera/choose_mode.ts";
import type { Mode } from "../../lib/camera/webcam.ts";

const mode = (format: string, size: string, ...rates: number[]): Mode => {
  const [width, height] = size.split("x").map(Number);
  return { format, width, height, rates };
};

/** The choice for a wanted size and rate, as `format WxH at rate: why`. */
function choose(modes: Mode[], size: string, fps: number): string | undefined {
  const [width, height] = size.split("x").map(Number);
  const choice = chooseMode(modes, { width, height, fps });
  if (!choice) return undefined;
  const { mode, rate, why } = choice;
  return `${mode.format} ${mode.width}x${mode.height} at ${rate}: ${why}`;
}

const USB2 = [
  mode("yuyv422", "640x480", 30, 15),
  mode("yuyv422", "1280x720", 10, 5),
  mode("mjpeg", "640x480", 30, 15),
  mode("mjpeg", "1280x720", 30, 15),
];
const RAW = [
  mode("yuyv422", "640x360", 40, 30, 25),
  mode("yuyv422", "1280x720", 12.5, 10),
];

Deno.test("chooseMode() takes the webcam's own JPEGs when they have the wanted size", () => {
  assertEquals(
    choose(USB2, "1280x720", 30),
    "mjpeg 1280x720 at 30: its own JPEGs, in the wanted size",
  );
  assertEquals(
    choose(USB2, "640x480", 12),
    "mjpeg 640x480 at 15: its own JPEGs, in the wanted size",
  );
});

Deno.test("chooseMode() takes the nearest size that reaches the rate when there is no such JPEG", () => {
  assertEquals(
    choose(RAW, "1280x720", 30),
    "yuyv422 640x360 at 30: the nearest size that reaches 30 fps",
  );
  assertEquals(choose(RAW, "1280x720", 10), "yuyv422 1280x720 at 10: the wanted size");
  assertEquals(
    choose(USB2, "1024x768", 30),
    "mjpeg 640x480 at 30: the nearest size that reaches 30 fps",
  );
});

Deno.test("chooseMode() takes the fastest mode when none reaches the rate", () => {
  assertEquals(
    choose(RAW, "1280x720", 60),
    "yuyv422 640x360 at 40: none of its modes reaches 60 fps",
  );
});

Deno.test("chooseMode() takes a size that is too large only when none fits", () => {
  assertEquals(
    choose(USB2, "320x240", 30),
    "mjpeg 640x480 at 30: the nearest size that reaches 30 fps",
  );
});

Deno.test("chooseMode() takes the wanted size and rate when they are in a range", () => {
  const range: Mode = {
    ...mode("yuv420p", "2592x1944", 90),
    anySize: true,
    anyRate: true,
  };
  assertEquals(choose([range], "1280x720", 30), "yuv420p 1280x720 at 30: the wanted size");
  assertEquals(
    choose([range], "4000x3000", 30),
    "yuv420p 2592x1944 at 30: the nearest size that reaches 30 fps",
  );
});

Deno.test("chooseMode() trusts a webcam that lists no rates, and takes NTSC's 29.97 for 30", () => {
  assertEquals(
    choose([mode("yuyv422", "640x480")], "640x480", 30)?.split(":")[0],
    "yuyv422 640x480 at 30",
  );
  assertEquals(
    choose([mode("yuyv422", "640x480", 29.97)], "640x480", 30)?.split(":")[0],
    "yuyv422 640x480 at 29.97",
  );
  assertEquals(choose([], "640x480", 30), undefined);
});
