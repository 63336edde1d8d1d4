import { assertEquals } from "@std/assert";
import { chooseMode } from "../../lib/camera/mode.ts";
import type { Mode } from "../../lib/camera/webcam.ts";

const mode = (format: string, size: string, ...rates: number[]): Mode => {
  const [width, height] = size.split("x").map(Number);
  return { format, width, height, rates };
};

/** The choice for a wanted size and rate, as `format WxH at rate`. */
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

Deno.test("chooseMode() takes the webcam's own JPEGs at the size wanted", () => {
  assertEquals(
    choose(USB2, "1280x720", 30),
    "mjpeg 1280x720 at 30: its own JPEGs, of the size wanted",
  );
  assertEquals(
    choose(USB2, "640x480", 12),
    "mjpeg 640x480 at 15: its own JPEGs, of the size wanted",
  );
});

Deno.test("chooseMode() takes the nearest size that reaches the rate where there is no such JPEG", () => {
  assertEquals(
    choose(RAW, "1280x720", 30),
    "yuyv422 640x360 at 30: the nearest size that reaches 30 a second",
  );
  assertEquals(choose(RAW, "1280x720", 10), "yuyv422 1280x720 at 10: of the size wanted");
  assertEquals(
    choose(USB2, "1024x768", 30),
    "mjpeg 640x480 at 30: the nearest size that reaches 30 a second",
  );
});

Deno.test("chooseMode() takes the fastest mode where none reaches the rate", () => {
  assertEquals(
    choose(RAW, "1280x720", 60),
    "yuyv422 640x360 at 40: nothing it has reaches 60 a second",
  );
});

Deno.test("chooseMode() takes a size that is too large only where none fits", () => {
  assertEquals(
    choose(USB2, "320x240", 30),
    "mjpeg 640x480 at 30: the nearest size that reaches 30 a second",
  );
});

Deno.test("chooseMode() asks for any size and any rate of a range", () => {
  const range: Mode = {
    ...mode("yuv420p", "2592x1944", 90),
    anySize: true,
    anyRate: true,
  };
  assertEquals(choose([range], "1280x720", 30), "yuv420p 1280x720 at 30: of the size wanted");
  assertEquals(
    choose([range], "4000x3000", 30),
    "yuv420p 2592x1944 at 30: the nearest size that reaches 30 a second",
  );
});

Deno.test("chooseMode() believes a webcam that does not tell its rates, and takes NTSC's 29.97 for 30", () => {
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
