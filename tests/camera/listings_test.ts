import { assertEquals } from "@std/assert";
import {
  parseDevices as parseMacDevices,
  parseSupportedModes,
} from "../../lib/camera/avfoundation.ts";
import { parseDevices as parseWindowsDevices, parseOptions } from "../../lib/camera/dshow.ts";
import { parseListFormats, parseV4l2Ctl } from "../../lib/camera/v4l2.ts";
import { cameraTable } from "../../lib/cli/camera_table.ts";

const V4L2_CTL = `ioctl: VIDIOC_ENUM_FMT
	Type: Video Capture

	[0]: 'MJPG' (Motion-JPEG, compressed)
		Size: Discrete 1280x720
			Interval: Discrete 0.100s (10.000 fps)
			Interval: Discrete 0.033s (30.000 fps)
	[1]: 'YUYV' (YUYV 4:2:2)
		Size: Discrete 640x480
			Interval: Discrete 0.033s (30.000 fps)
	[2]: 'pBAA' (10-bit Bayer BGBG/GRGR Packed)
		Size: Discrete 2592x1944
			Interval: Discrete 0.067s (15.000 fps)
	[3]: 'YU12' (Planar YUV 4:2:0)
		Size: Stepwise 32x32 - 2592x1944 with step 2/2
			Interval: Stepwise 0.011s - 1.000s with step 0.001s (1.000-90.000 fps)
`;

Deno.test("parseV4l2Ctl() reads formats, sizes and rates, and leaves out what ffmpeg cannot read", () => {
  assertEquals(parseV4l2Ctl(V4L2_CTL), [
    { format: "mjpeg", width: 1280, height: 720, rates: [30, 10] },
    { format: "yuyv422", width: 640, height: 480, rates: [30] },
    { format: "yuv420p", width: 2592, height: 1944, anySize: true, rates: [90], anyRate: true },
  ]);
  assertEquals(parseV4l2Ctl("ioctl: VIDIOC_ENUM_FMT\n\tType: Video Capture\n\n"), []);
});

// ffmpeg 5.1: a webcam, a scaler, and the second device of a webcam.
const LIST_FORMATS = `\
[video4linux2,v4l2 @ 0x56] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 160x120
[video4linux2,v4l2 @ 0x56] Raw       : Unsupported :  32-bit XHSV 8-8-8-8 : 320x180 640x360
[video4linux2,v4l2 @ 0x56] Compressed:       mjpeg :          Motion-JPEG : 1280x720
[video4linux2,v4l2 @ 0x56] Compressed:        h264 :                H.264 : 1920x1080
[video4linux2,v4l2 @ 0x56] Raw       :     yuv420p :     Planar YUV 4:2:0 : {32-2592, 2}x{32-1944, 2}
/dev/video0: Immediate exit requested
`;

Deno.test("parseListFormats() reads formats and sizes", () => {
  assertEquals(parseListFormats(LIST_FORMATS), [
    { format: "yuyv422", width: 640, height: 480, rates: [] },
    { format: "yuyv422", width: 160, height: 120, rates: [] },
    { format: "mjpeg", width: 1280, height: 720, rates: [] },
    { format: "yuv420p", width: 2592, height: 1944, rates: [], anySize: true },
  ]);
  assertEquals(parseListFormats("/dev/video1: Inappropriate ioctl for device\n"), []);
});

const MAC_DEVICES = `\
[AVFoundation indev @ 0x7f8e2a704a80] AVFoundation video devices:
[AVFoundation indev @ 0x7f8e2a704a80] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8e2a704a80] [1] Logitech BRIO
[AVFoundation indev @ 0x7f8e2a704a80] [2] Capture screen 0
[AVFoundation indev @ 0x7f8e2a704a80] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8e2a704a80] [0] MacBook Pro Microphone
: Input/output error
`;
// An A4 TECH camera: each size once for each rate, and all of it again for another format.
const MAC_MODES = `\
[avfoundation @ 0x7faf9b80fa00] Selected framerate (0.001000) is not supported by the device.
[avfoundation @ 0x7faf9b80fa00] Supported modes:
[avfoundation @ 0x7faf9b80fa00]   640x480@[30.000030 30.000030]fps
[avfoundation @ 0x7faf9b80fa00]   640x480@[20.000000 20.000000]fps
[avfoundation @ 0x7faf9b80fa00]   1280x960@[14.999993 14.999993]fps
[avfoundation @ 0x7faf9b80fa00]   1920x1080@[1.000000 30.000030]fps
[avfoundation @ 0x7faf9b80fa00]   640x480@[30.000030 30.000030]fps
0:none: Input/output error
`;

Deno.test("parseDevices() of macOS reads the cameras, without screens and microphones", () => {
  assertEquals(parseMacDevices(MAC_DEVICES), [
    { path: "0", name: "FaceTime HD Camera" },
    { path: "1", name: "Logitech BRIO" },
  ]);
  assertEquals(parseMacDevices(""), []);
});

Deno.test("parseSupportedModes() reads the modes that ffmpeg lists on macOS", () => {
  assertEquals(parseSupportedModes(MAC_MODES), [
    { format: "uyvy422", width: 640, height: 480, rates: [30.00003, 20] },
    { format: "uyvy422", width: 1280, height: 960, rates: [14.999993] },
    { format: "uyvy422", width: 1920, height: 1080, rates: [30.00003] },
  ]);
});

const WINDOWS_OLD = `\
[dshow @ 0000022] DirectShow video devices (some may be both video and audio devices)\r
[dshow @ 0000022]  "Integrated Camera"\r
[dshow @ 0000022]     Alternative name "@device_pnp_\\\\?\\usb#vid_04f2"\r
[dshow @ 0000022] DirectShow audio devices\r
[dshow @ 0000022]  "Microphone (Realtek)"\r
dummy: Immediate exit requested\r
`;
const WINDOWS_NEW = `\
[dshow @ 0000022] "Integrated Camera" (video)
[dshow @ 0000022]   Alternative name "@device_pnp_\\\\?\\usb#vid_04f2"
[dshow @ 0000022] "Microphone (Realtek)" (audio)
`;
// An HD Pro Webcam C920, and a camera that has one rate.
const WINDOWS_OPTIONS = `\
[dshow @ 000001781c263740] DirectShow video device options (from video devices)
[dshow @ 000001781c263740]  Pin "Capture" (alternative pin name "0")
[dshow @ 000001781c263740]   pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=30
[dshow @ 000001781c263740]   pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=30
[dshow @ 00000184176a8080]   vcodec=mjpeg  min s=1280x720 fps=30 max s=1280x720 fps=30
[dshow @ 00000184176a8080]   vcodec=mjpeg  min s=1280x720 fps=30 max s=1280x720 fps=30 (pc, bt470bg/bt709/unknown, center)
`;

Deno.test("parseDevices() of Windows reads the cameras, as old and as new versions list them", () => {
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
