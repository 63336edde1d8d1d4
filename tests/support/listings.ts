/**
 * What ffmpeg and v4l2-ctl print about webcams, from users' posts or from our own machines.
 *
 * @module
 */

/** `v4l2-ctl --list-formats-ext`. */
export const V4L2_CTL = `ioctl: VIDIOC_ENUM_FMT
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

/** `-list_formats all`. ffmpeg 5.1: a webcam, a scaler, and the second device of a webcam. */
export const LIST_FORMATS = `\
[video4linux2,v4l2 @ 0x56] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 160x120
[video4linux2,v4l2 @ 0x56] Raw       : Unsupported :  32-bit XHSV 8-8-8-8 : 320x180 640x360
[video4linux2,v4l2 @ 0x56] Compressed:       mjpeg :          Motion-JPEG : 1280x720
[video4linux2,v4l2 @ 0x56] Compressed:        h264 :                H.264 : 1920x1080
[video4linux2,v4l2 @ 0x56] Raw       :     yuv420p :     Planar YUV 4:2:0 : {32-2592, 2}x{32-1944, 2}
/dev/video0: Immediate exit requested
`;

/** `-sources v4l2`. ffmpeg 5.1. */
export const SOURCES = `\
Auto-detected sources for video4linux2,v4l2:
  /dev/video10 [HD Webcam [2]] (none)
  /dev/video2 [HD Webcam: HD Webcam] (none)
`;

/** `-list_devices true` on macOS. */
export const MAC_DEVICES = `\
[AVFoundation indev @ 0x7f8e2a704a80] AVFoundation video devices:
[AVFoundation indev @ 0x7f8e2a704a80] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8e2a704a80] [1] Logitech BRIO
[AVFoundation indev @ 0x7f8e2a704a80] [2] Capture screen 0
[AVFoundation indev @ 0x7f8e2a704a80] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8e2a704a80] [0] MacBook Pro Microphone
: Input/output error
`;

/** An A4 TECH camera: one line for each size and rate, and all of them again for another format. */
export const MAC_MODES = `\
[avfoundation @ 0x7faf9b80fa00] Selected framerate (0.001000) is not supported by the device.
[avfoundation @ 0x7faf9b80fa00] Supported modes:
[avfoundation @ 0x7faf9b80fa00]   640x480@[30.000030 30.000030]fps
[avfoundation @ 0x7faf9b80fa00]   640x480@[20.000000 20.000000]fps
[avfoundation @ 0x7faf9b80fa00]   1280x960@[14.999993 14.999993]fps
[avfoundation @ 0x7faf9b80fa00]   1920x1080@[1.000000 30.000030]fps
[avfoundation @ 0x7faf9b80fa00]   640x480@[30.000030 30.000030]fps
0:none: Input/output error
`;

/** `-list_devices true` on Windows, before ffmpeg 5. */
export const WINDOWS_OLD = `\
[dshow @ 0000022] DirectShow video devices (some may be both video and audio devices)\r
[dshow @ 0000022]  "Integrated Camera"\r
[dshow @ 0000022]     Alternative name "@device_pnp_\\\\?\\usb#vid_04f2"\r
[dshow @ 0000022] DirectShow audio devices\r
[dshow @ 0000022]  "Microphone (Realtek)"\r
dummy: Immediate exit requested\r
`;

/** `-list_devices true` on Windows, since ffmpeg 5. */
export const WINDOWS_NEW = `\
[dshow @ 0000022] "Integrated Camera" (video)
[dshow @ 0000022]   Alternative name "@device_pnp_\\\\?\\usb#vid_04f2"
[dshow @ 0000022] "Microphone (Realtek)" (audio)
`;

/** An HD Pro Webcam C920, and a camera with a single rate. */
export const WINDOWS_OPTIONS = `\
[dshow @ 000001781c263740] DirectShow video device options (from video devices)
[dshow @ 000001781c263740]  Pin "Capture" (alternative pin name "0")
[dshow @ 000001781c263740]   pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=30
[dshow @ 000001781c263740]   pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=30
[dshow @ 00000184176a8080]   vcodec=mjpeg  min s=1280x720 fps=30 max s=1280x720 fps=30
[dshow @ 00000184176a8080]   vcodec=mjpeg  min s=1280x720 fps=30 max s=1280x720 fps=30 (pc, bt470bg/bt709/unknown, center)
`;

/** Listings of webcams. */
export const DEVICES: readonly string[] = [SOURCES, MAC_DEVICES, WINDOWS_OLD, WINDOWS_NEW];

/** Listings of a webcam's modes. */
export const MODES: readonly string[] = [V4L2_CTL, LIST_FORMATS, MAC_MODES, WINDOWS_OPTIONS];
