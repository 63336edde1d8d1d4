import { assertEquals } from "@std/assert";
import {
  parseDevices as parseMacDevices,
  parseSupportedModes,
} from "../../lib/camera/avfoundation.ts";
import { parseDevices as parseWindowsDevices, parseOptions } from "../../lib/camera/dshow.ts";
import { parseListFormats, parseV4l2Ctl } from "../../lib/camera/v4l2.ts";
import { parseListDevices, parseSources } from "../../lib/camera/v4l2_list.ts";
import {
  LIST_FORMATS,
  MAC_DEVICES,
  MAC_MODES,
  SOURCES,
  V4L2_CTL,
  WINDOWS_NEW,
  WINDOWS_OLD,
  WINDOWS_OPTIONS,
} from "../support/listings.ts";

Deno.test("parseV4l2Ctl() reads formats, sizes and rates, but not what ffmpeg cannot read", () => {
  assertEquals(parseV4l2Ctl(V4L2_CTL), [
    { format: "mjpeg", width: 1280, height: 720, rates: [30, 10] },
    { format: "yuyv422", width: 640, height: 480, rates: [30] },
    { format: "yuv420p", width: 2592, height: 1944, anySize: true, rates: [90], anyRate: true },
  ]);
  assertEquals(parseV4l2Ctl("ioctl: VIDIOC_ENUM_FMT\n\tType: Video Capture\n\n"), []);
});

Deno.test("parseListFormats() reads formats and sizes", () => {
  assertEquals(parseListFormats(LIST_FORMATS), [
    { format: "yuyv422", width: 640, height: 480, rates: [] },
    { format: "yuyv422", width: 160, height: 120, rates: [] },
    { format: "mjpeg", width: 1280, height: 720, rates: [] },
    { format: "yuv420p", width: 2592, height: 1944, rates: [], anySize: true },
  ]);
  assertEquals(parseListFormats("/dev/video1: Inappropriate ioctl for device\n"), []);
});

Deno.test("parseSources() reads the webcams, in order", () => {
  assertEquals(parseSources(SOURCES), [
    { path: "/dev/video2", name: "HD Webcam: HD Webcam" },
    { path: "/dev/video10", name: "HD Webcam [2]" },
  ]);
  assertEquals(parseSources("Auto-detected sources for video4linux2,v4l2:\n"), []);
});

Deno.test("parseDevices() of macOS reads the cameras, without screens and microphones", () => {
  assertEquals(parseMacDevices(MAC_DEVICES), [
    { path: "0", name: "FaceTime HD Camera" },
    { path: "1", name: "Logitech BRIO" },
  ]);
  assertEquals(parseMacDevices(""), []);
});

Deno.test("parseDevices() of macOS names a camera by its number when it has no name", () => {
  const nameless = MAC_DEVICES.replace("FaceTime HD Camera", "  ");
  assertEquals(parseMacDevices(nameless)[0], { path: "0", name: "0" });
});

Deno.test("parseSupportedModes() reads the modes that ffmpeg lists on macOS", () => {
  assertEquals(parseSupportedModes(MAC_MODES), [
    { format: "uyvy422", width: 640, height: 480, rates: [30.00003, 20] },
    { format: "uyvy422", width: 1280, height: 960, rates: [14.999993] },
    { format: "uyvy422", width: 1920, height: 1080, rates: [30.00003] },
  ]);
});

Deno.test("parseDevices() of Windows reads the lists of old and new versions of ffmpeg", () => {
  const camera = { path: "video=Integrated Camera", name: "Integrated Camera" };
  assertEquals(parseWindowsDevices(WINDOWS_OLD), [camera]);
  assertEquals(parseWindowsDevices(WINDOWS_NEW), [camera]);
});

Deno.test("parseOptions() reads each mode of a Windows camera once", () => {
  assertEquals(parseOptions(WINDOWS_OPTIONS), [
    { format: "yuyv422", width: 640, height: 480, rates: [30], anyRate: true },
    { format: "mjpeg", width: 1280, height: 720, rates: [30] },
  ]);
});

Deno.test("modes without a size and rates of nothing are left out", () => {
  assertEquals(
    parseV4l2Ctl(`[0]: 'MJPG' (Motion-JPEG)
      Size: Discrete 0x0
      Size: Discrete 640x480
        Interval: Discrete 0.000s (0.000 fps)
        Interval: Discrete 0.033s (30.000 fps)`),
    [{ format: "mjpeg", width: 640, height: 480, rates: [30] }],
  );
  assertEquals(parseSupportedModes("1280x0@[1.0 30.0]fps 640x480@[1.0 1..0]fps"), [
    { format: "uyvy422", width: 640, height: 480, rates: [] },
  ]);
});

Deno.test("modes list the highest rate first when one of the rates is not a number", () => {
  const rates = (lines: string[]) => lines.map((rate) => `9x9@[1 ${rate}]fps\n`).join("");
  const [{ rates: mac }] = parseSupportedModes(rates(["20.0", "1.2.3", "30.0"]));
  assertEquals(mac, [30, 20]);
  const intervals = ["20.0", "1.2.3", "30.0"].map((rate) =>
    `Interval: Discrete 1s (${rate} fps)\n`
  );
  const [{ rates: linux }] = parseV4l2Ctl(`[0]: 'MJPG'\nSize: Discrete 9x9\n${intervals.join("")}`);
  assertEquals(linux, [30, 20]);
});

Deno.test("parseListDevices() reads the webcams and their ports, in order, and one that is denied", () => {
  const stdout = `HD Webcam [2]: HD (046d) (usb-0000:00:14.0-2):
	/dev/video10
	/dev/media1

HD Webcam [2]: HD (046d) (usb-0000:00:14.0-1.4):
	/dev/video2 <- /dev/webcam
	/dev/video3

`;
  const name = "HD Webcam [2]: HD (046d)";
  assertEquals(parseListDevices(stdout, "Failed to open /dev/video0: Permission denied\n"), [
    { path: "/dev/video0", name: "/dev/video0" },
    { path: "/dev/video2", name, port: "usb-0000:00:14.0-1.4" },
    { path: "/dev/video3", name, port: "usb-0000:00:14.0-1.4" },
    { path: "/dev/video10", name, port: "usb-0000:00:14.0-2" },
  ]);
  assertEquals(parseListDevices("", "Cannot open device /dev/video0, exiting.\n"), []);
});
