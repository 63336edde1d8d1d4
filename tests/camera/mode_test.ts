import { assertEquals } from "@std/assert";
import { chooseMode } from "../../lib/camera/mode.ts";
import { parseFormats } from "../../lib/camera/v4l2.ts";

// As ffmpeg 5.1 prints them: a Logitech C270, the kernel's vivid driver, a metadata device.
const C270 = `\
[video4linux2,v4l2 @ 0x56] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 160x120 1280x720
[video4linux2,v4l2 @ 0x56] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720 320x240
/dev/video0: Immediate exit requested
`;
const VIVID = `\
[video4linux2,v4l2 @ 0x56] Raw       :     yuyv422 :           YUYV 4:2:2 : 320x180 640x360 1280x720
[video4linux2,v4l2 @ 0x56] Raw       : Unsupported : 32-bit XHSV 8-8-8-8 : 320x180 640x360
/dev/video0: Immediate exit requested
`;
const SCALER = `\
[video4linux2,v4l2 @ 0x56] Raw       :     yuv420p :     Planar YUV 4:2:0 : {32-2592, 2}x{32-1944, 2}
`;
const NONE = "/dev/video1: Inappropriate ioctl for device\n";
const WANTED = { width: 1280, height: 720, fps: 30 };

Deno.test("parseFormats() reads formats and sizes, and leaves out what ffmpeg cannot read", () => {
  assertEquals(parseFormats(C270), [
    {
      compressed: false,
      name: "yuyv422",
      sizes: [{ width: 640, height: 480 }, { width: 160, height: 120 }, {
        width: 1280,
        height: 720,
      }],
    },
    {
      compressed: true,
      name: "mjpeg",
      sizes: [{ width: 640, height: 480 }, { width: 1280, height: 720 }, {
        width: 320,
        height: 240,
      }],
    },
  ]);
  assertEquals(parseFormats(VIVID).map(({ name }) => name), ["yuyv422"]);
  assertEquals(parseFormats(SCALER), [{ compressed: false, name: "yuv420p", sizes: [] }]);
  assertEquals(parseFormats(NONE), []);
});

Deno.test("chooseMode() copies the camera's own JPEGs when it makes them", () => {
  assertEquals(chooseMode(parseFormats(C270), WANTED), {
    format: "mjpeg",
    copied: true,
    width: 1280,
    height: 720,
  });
});

Deno.test("chooseMode() takes raw pictures when there is nothing else, of any size in a range", () => {
  assertEquals(chooseMode(parseFormats(VIVID), WANTED)?.copied, false);
  assertEquals(chooseMode(parseFormats(SCALER), WANTED)?.width, 1280);
  assertEquals(chooseMode(parseFormats(NONE), WANTED), undefined);
});

Deno.test("chooseMode() takes the largest size that fits, or else the smallest there is", () => {
  const size = (width: number, height: number) => {
    const mode = chooseMode(parseFormats(C270), { width, height, fps: 30 });
    return [mode?.width, mode?.height];
  };
  assertEquals(size(1000, 700), [640, 480]);
  assertEquals(size(4000, 3000), [1280, 720]);
  assertEquals(size(100, 100), [320, 240]);
});
